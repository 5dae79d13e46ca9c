import type { LookupFunction } from 'node:net';
import { describe } from 'vitest';

import type { GotConnInfo } from '../../src/index.ts';
import type { HookName } from '../../src/trace/hooks.ts';
import type { EventRecorder } from '../helpers/event-recorder.ts';
import { recordings, type Recordings } from '../helpers/recordings.ts';
import type { Answer, DialOptions, Send } from './drivers/driver.ts';
import type { Target } from './drivers/table.ts';
import { origin, type Handler, type Origin, type OriginOptions } from './origin.ts';

export { CLOSED_PORT } from '../helpers/closed-port.ts';

/** Tests one behaviour with each of `targets`. */
export function behaviour(title: string, targets: readonly Target[], test: (target: Target) => void): void {
  for (const target of targets) {
    describe(`${title}: ${target.title}`, () => {
      test(target);
    });
  }
}

/** What a behaviour needs: who watches, a server, and a client with connections of its own. */
export interface Scene {
  readonly traced: Recordings;
  readonly server: Origin;
  readonly send: Send;
  /** Sends, watched as the target says. */
  readonly watched: Send;
}

/** Sets the scene of one test. */
export async function scene(
  { driver, secure, mode }: Target,
  handler: Handler,
  dial: DialOptions = {},
  options: OriginOptions = {},
): Promise<Scene> {
  const traced = recordings();
  const server = await origin(handler, { http: driver.http, secure, ...options });
  const send = await driver.make(dial);
  return { traced, server, send, watched: (message) => traced.watch(mode, () => send(message)) };
}

/** How a round trip gets a connection that was opened for it. */
export const NEW = { reused: false, wasIdle: false, idleTime: 0 };

/** How a round trip gets a connection that another one has just used, or is using. */
export const HANDED_OVER = { reused: true, wasIdle: false, idleTime: 0 };

/** How a round trip got its connection. */
export function use(recorder: EventRecorder | undefined): Omit<GotConnInfo, 'conn'> {
  const { conn: _, ...use } = recorder!.the('gotConn').args[0];
  return use;
}

/** The hooks in order; all header fields are one. */
export function hooks(recorder: EventRecorder | undefined): HookName[] {
  return recorder!.names.filter(
    (name, i, names) => name !== 'wroteHeaderField' || names[i - 1] !== 'wroteHeaderField',
  );
}

/** Resolves when connections that were used have gone back to their pools. */
export async function atRest(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
}

/** What `sent` rejects with. */
export async function failure(sent: Promise<Answer>): Promise<unknown> {
  const answer = await sent.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  if ('value' in answer) throw new Error(`it succeeded with ${JSON.stringify(answer.value)}`);
  return answer.reason;
}

/** A lookup that answers with IPv4 addresses. */
export function lookupOf(...addresses: readonly string[]): LookupFunction {
  return (_host, options, callback) => {
    setImmediate(() => {
      // With `all` node takes a list, else the first address.
      if (options.all === true)
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      else callback(null, addresses[0] ?? '', 4);
    });
  };
}

/** A lookup that fails with `error`. */
export function failingLookup(error: NodeJS.ErrnoException): LookupFunction {
  return (_host, _options, callback) => setImmediate(() => callback(error, ''));
}

/** A promise and the function that resolves it. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
