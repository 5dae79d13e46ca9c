import type { Marked } from './hook-watch.ts';
import type { HookName, Scenario, Scheme } from './scenario.ts';
import type { ClientControl } from './server-control.ts';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One call of a hook, in the form in which clients are compared. */
export interface HookEvent {
  /** Which of the scenario's requests, from 0. */
  readonly request: number;
  /** Which of its traces, from 0 for the oldest. */
  readonly trace: number;
  readonly hook: HookName;
  /** Arguments by name; see the README for how each is put in a comparable form. */
  readonly args: { readonly [name: string]: JsonValue };
}

/** What the caller of a request got. */
export interface Outcome {
  readonly request: number;
  /** Status of the final response, 0 when there was none. */
  readonly status: number;
  /** Bytes of the body that were read. */
  readonly bytes: number;
  readonly error: ErrorKind | null;
}

/** Kinds of errors that clients can be compared by; their texts differ by nature. */
export type ErrorKind =
  | 'refused'
  | 'unreachable'
  | 'missing'
  | 'timeout'
  | 'canceled'
  | 'dns'
  | 'tls-verify'
  | 'tls-alert'
  | 'tls-protocol'
  | 'closed'
  | 'protocol'
  | 'stream'
  | 'proxy'
  | 'body'
  | 'hook'
  | 'panic'
  | 'other';

/** All that a client showed in one run of a scenario. */
export interface Run {
  readonly events: readonly HookEvent[];
  readonly outcomes: readonly Outcome[];
}

/** Runs a scenario with one client. */
export type Player = (scenario: Scenario, session: Session) => Promise<Played>;

/** How a client and the scripted server of one run meet. */
export interface Session {
  readonly target: Target;
  /** To be called at each event and mark, at once: the server's script may wait for it. */
  readonly report: (event: Marked) => void;
  /** Names what cancels and what starts a request; the server's script may call for it. */
  readonly onControl: (control: ClientControl) => void;
}

/** A run, and what went wrong with it beside its sequence. */
export interface Played {
  readonly run: Run;
  readonly problems: readonly string[];
}

/** What a client needs to know of the server. */
export interface Target {
  readonly scheme: Scheme;
  /** 0 when it is at a socket of the file system. */
  readonly port: number;
  readonly socketPath?: string;
  /** PEM of the certificate authority. */
  readonly authority: string;
}

/** Fields beside the told ones that every client must send; the rest (User-Agent, …) is a client's own. */
const impliedFields = [
  'host',
  'content-length',
  'transfer-encoding',
  'trailer',
  'proxy-authorization',
  ':authority',
  ':method',
  ':path',
  ':scheme',
];

/** Names, in lower case, of the request fields that are compared. */
export function comparedFields(told: readonly (readonly [string, string])[]): ReadonlySet<string> {
  return new Set([...impliedFields, ...told.map(([name]) => name.toLowerCase())]);
}

/** Puts `PORT` and `SOCKET` for what changes with each run. */
export function withoutAddress(run: Run, { port, socketPath }: Pick<Target, 'port' | 'socketPath'>): Run {
  let text = JSON.stringify(run);
  if (socketPath === undefined) text = text.replaceAll(`:${port}"`, ':PORT"');
  else text = text.replaceAll(JSON.stringify(socketPath), '"SOCKET"');
  // The text was made from a Run above, and only characters inside of strings were replaced.
  return JSON.parse(text) as Run;
}
