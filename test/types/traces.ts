import type { Duplex } from 'node:stream';

import {
  type ClientTrace,
  Context,
  type ContextKey,
  contextClientTrace,
  eventTime,
  type HeaderMap,
  observe,
  type RoundTripInfo,
  runWithClientTrace,
  type TraceFactory,
  withClientTrace,
} from '../../src/index.ts';

// Checked by the compiler: what has to be accepted, and after each @ts-expect-error what has to be refused.

const { background } = Context;

/** Hooks may leave out arguments and return nothing. */
export const few: ClientTrace = { gotConn: () => {}, connectDone: (network) => void network };

/** Hooks get their arguments' types without writing them. */
export const typed: ClientTrace = {
  gotConn: ({ conn, reused, idleTime }) => {
    const duplex: Duplex = conn;
    const flag: boolean = reused;
    const idle: number | undefined = idleTime;
    void [duplex, flag, idle];
    // @ts-expect-error idleTime can be unknown
    const known: number = idleTime;
    void known;
  },
  dnsDone: ({ addrs }) => {
    const family: 4 | 6 | undefined = addrs[0]?.family;
    void family;
    // @ts-expect-error what hooks get is read-only
    addrs[0] = { address: '127.0.0.1', family };
  },
  connectDone: (network, addr, err) => {
    const message: string | undefined = err?.message;
    const kind: 'tcp' | 'unix' = network;
    void [message, kind, addr.length];
    // @ts-expect-error null when it went well
    void err.message;
  },
  got1xxResponse: (code, header) =>
    code === 103 && header['link'] === undefined ? new Error('no') : undefined,
  tlsHandshakeDone: (state) => {
    // @ts-expect-error what hooks get is read-only
    state.resumed = true;
    // @ts-expect-error undefined when the handshake failed early
    void state.version.length;
  },
};

// @ts-expect-error Go's names are in lowerCamelCase
export const goNames: ClientTrace = { GotConn: () => {} };

// @ts-expect-error a hook is a function
export const noFunction: ClientTrace = { gotConn: true };

// @ts-expect-error hostPort is a string
export const wrongArgument: ClientTrace = { getConn: (hostPort: number) => void hostPort };

// @ts-expect-error only an Error aborts
export const abortByString: ClientTrace = { got1xxResponse: () => 'no' };

/** A class may implement it. */
export class Counter implements ClientTrace {
  count = 0;
  wroteHeaders(): void {
    this.count++;
  }
}

export const headers: HeaderMap = { link: ['</a>'] };
// @ts-expect-error values come as a list
export const plainHeader: HeaderMap = { link: '</a>' };
// @ts-expect-error what hooks get is read-only
headers['link'] = [];

withClientTrace(background, new Counter());
withClientTrace(background, ({ method }) => (method === 'GET' ? few : undefined));
// @ts-expect-error the context comes first, as in Go
withClientTrace(few, background);
// @ts-expect-error nil is refused
withClientTrace(background, null);
// @ts-expect-error a trace is not a list of traces
withClientTrace(background, [few, typed]);
// @ts-expect-error a factory is synchronous
withClientTrace(background, async () => Promise.resolve(few));
// @ts-expect-error what to call is missing
runWithClientTrace(few);
// @ts-expect-error observers are asked for each round trip
observe(few);
// @ts-expect-error there may be none
export const sure: ClientTrace = contextClientTrace(background);

/** run() gives what the function gives. */
export const seven: number = runWithClientTrace(few, () => 7);
export const later: Promise<string> = background.run(async () => Promise.resolve('x'));
// @ts-expect-error it is a number
export const text: string = background.run(() => 7);
export const time: number = eventTime();

/** bind() keeps the function's type. */
export const bound: (a: number, b?: string) => boolean = background.bind(
  (a: number, b?: string) => `${a}` === b,
);
// @ts-expect-error arguments are kept
background.bind((a: number) => a)('a');

const user: ContextKey<{ readonly id: number }> = Context.key('user');
export const id: number | undefined = background.withValue(user, { id: 1 }).value(user)?.id;
// @ts-expect-error a value of the key's type
background.withValue(user, 'somebody');
// @ts-expect-error the value can be absent
void background.value(user).id;
// @ts-expect-error keys are made by Context.key
void background.value('user');
// @ts-expect-error contexts are immutable
background.untraced = true;
// @ts-expect-error the roots are fixed
Context.background = Context.untraced;

/** An observation ends with its block. */
export function observed(factory: TraceFactory): void {
  using observer = observe(factory);
  void observer;
}

/** A factory's information is read-only. */
export function factory(info: RoundTripInfo): undefined {
  const reason: 'first' | 'redirect' | 'retry' = info.reason;
  void reason;
  // @ts-expect-error read-only
  info.url = 'http://example.test/';
}
