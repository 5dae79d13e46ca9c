import type { HookName, Scenario, Scheme } from './scenario.ts';

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
  | 'timeout'
  | 'canceled'
  | 'dns'
  | 'tls-verify'
  | 'closed'
  | 'hook'
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
  /** To be called at each event, at once: the server's script may wait for it. */
  readonly report: (event: HookEvent) => void;
  /** Names the function that cancels the client's current request; the server's script may call for it. */
  readonly onCancel: (cancel: () => void) => void;
}

/** A run, and what went wrong with it beside its sequence. */
export interface Played {
  readonly run: Run;
  readonly problems: readonly string[];
}

/** What a client needs to know of the server. */
export interface Target {
  readonly scheme: Scheme;
  readonly port: number;
  /** PEM of the certificate authority. */
  readonly authority: string;
}

/** Fields beside the told ones that every HTTP/1.1 client must send; the rest (User-Agent, …) is a client's own. */
const impliedFields = ['host', 'content-length', 'transfer-encoding'];

/** Names, in lower case, of the request fields that are compared. */
export function comparedFields(told: readonly (readonly [string, string])[]): ReadonlySet<string> {
  return new Set([...impliedFields, ...told.map(([name]) => name.toLowerCase())]);
}

/** Puts `PORT` for the number that changes with each run. */
export function withoutPort(run: Run, port: number): Run {
  const text = JSON.stringify(run).replaceAll(`:${port}"`, ':PORT"');
  // The text was made from a Run two lines up, and only characters inside of strings were replaced.
  return JSON.parse(text) as Run;
}
