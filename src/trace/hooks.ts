import type { ClientTrace } from './client-trace.ts';

/** Name of a hook. */
export type HookName = keyof ClientTrace;

/** Every hook with the number of arguments it is called with; the first sixteen are Go's, in the order of its struct. */
export const HOOKS: Readonly<Record<HookName, 0 | 1 | 2 | 3>> = {
  getConn: 1,
  gotConn: 1,
  putIdleConn: 1,
  gotFirstResponseByte: 0,
  got100Continue: 0,
  got1xxResponse: 2,
  dnsStart: 1,
  dnsDone: 1,
  connectStart: 2,
  connectDone: 3,
  tlsHandshakeStart: 0,
  tlsHandshakeDone: 2,
  wroteHeaderField: 2,
  wroteHeaders: 0,
  wait100Continue: 0,
  wroteRequest: 1,
  roundTripStart: 1,
  gotResponse: 1,
  gotLastResponseByte: 0,
  roundTripDone: 1,
};

/** All hooks' names, Go's first. */
// Object.keys gives string[]; the literal above has exactly the keys of HookName.
export const HOOK_NAMES = Object.keys(HOOKS) as HookName[];
