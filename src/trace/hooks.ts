import type { ClientTrace } from './client-trace.ts';

/** Name of a hook. */
export type HookName = keyof ClientTrace;

/** What is the same for a hook in all traces. */
export interface Hook {
  readonly name: HookName;
  /** Its index in {@link HOOK_NAMES}. */
  readonly code: number;
  /** With how many arguments it is called. */
  readonly argc: 0 | 1 | 2 | 3;
  /**
   * A trace's function for it. One small function a hook, because `trace[name]` with ever other names at one place is a
   * look-up that V8 cannot cache: 13 of them a round trip cost 2 microseconds.
   */
  readonly of: (trace: { readonly [K in HookName]?: unknown }) => unknown;
}

/** Every hook; the first sixteen are Go's, in the order of its struct. */
export const HOOKS: Readonly<Record<HookName, Hook>> = {
  getConn: { name: 'getConn', code: 0, argc: 1, of: (trace) => trace.getConn },
  gotConn: { name: 'gotConn', code: 1, argc: 1, of: (trace) => trace.gotConn },
  putIdleConn: { name: 'putIdleConn', code: 2, argc: 1, of: (trace) => trace.putIdleConn },
  gotFirstResponseByte: {
    name: 'gotFirstResponseByte',
    code: 3,
    argc: 0,
    of: (trace) => trace.gotFirstResponseByte,
  },
  got100Continue: { name: 'got100Continue', code: 4, argc: 0, of: (trace) => trace.got100Continue },
  got1xxResponse: { name: 'got1xxResponse', code: 5, argc: 2, of: (trace) => trace.got1xxResponse },
  dnsStart: { name: 'dnsStart', code: 6, argc: 1, of: (trace) => trace.dnsStart },
  dnsDone: { name: 'dnsDone', code: 7, argc: 1, of: (trace) => trace.dnsDone },
  connectStart: { name: 'connectStart', code: 8, argc: 2, of: (trace) => trace.connectStart },
  connectDone: { name: 'connectDone', code: 9, argc: 3, of: (trace) => trace.connectDone },
  tlsHandshakeStart: { name: 'tlsHandshakeStart', code: 10, argc: 0, of: (trace) => trace.tlsHandshakeStart },
  tlsHandshakeDone: { name: 'tlsHandshakeDone', code: 11, argc: 2, of: (trace) => trace.tlsHandshakeDone },
  wroteHeaderField: { name: 'wroteHeaderField', code: 12, argc: 2, of: (trace) => trace.wroteHeaderField },
  wroteHeaders: { name: 'wroteHeaders', code: 13, argc: 0, of: (trace) => trace.wroteHeaders },
  wait100Continue: { name: 'wait100Continue', code: 14, argc: 0, of: (trace) => trace.wait100Continue },
  wroteRequest: { name: 'wroteRequest', code: 15, argc: 1, of: (trace) => trace.wroteRequest },
  roundTripStart: { name: 'roundTripStart', code: 16, argc: 1, of: (trace) => trace.roundTripStart },
  gotResponse: { name: 'gotResponse', code: 17, argc: 1, of: (trace) => trace.gotResponse },
  gotLastResponseByte: {
    name: 'gotLastResponseByte',
    code: 18,
    argc: 0,
    of: (trace) => trace.gotLastResponseByte,
  },
  roundTripDone: { name: 'roundTripDone', code: 19, argc: 1, of: (trace) => trace.roundTripDone },
};

/** All hooks' names, Go's first. */
// Object.keys gives string[]; the literal above has exactly the keys of HookName.
export const HOOK_NAMES = Object.keys(HOOKS) as HookName[];
