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

let count = 0;

/** The next hook of the list: its place is its code. */
function hook(name: HookName, argc: Hook['argc'], of: Hook['of']): Hook {
  return { name, code: count++, argc, of };
}

/** Every hook; the first sixteen are Go's, in the order of its struct. */
export const HOOKS: Readonly<Record<HookName, Hook>> = {
  getConn: hook('getConn', 1, (trace) => trace.getConn),
  gotConn: hook('gotConn', 1, (trace) => trace.gotConn),
  putIdleConn: hook('putIdleConn', 1, (trace) => trace.putIdleConn),
  gotFirstResponseByte: hook('gotFirstResponseByte', 0, (trace) => trace.gotFirstResponseByte),
  got100Continue: hook('got100Continue', 0, (trace) => trace.got100Continue),
  got1xxResponse: hook('got1xxResponse', 2, (trace) => trace.got1xxResponse),
  dnsStart: hook('dnsStart', 1, (trace) => trace.dnsStart),
  dnsDone: hook('dnsDone', 1, (trace) => trace.dnsDone),
  connectStart: hook('connectStart', 2, (trace) => trace.connectStart),
  connectDone: hook('connectDone', 3, (trace) => trace.connectDone),
  tlsHandshakeStart: hook('tlsHandshakeStart', 0, (trace) => trace.tlsHandshakeStart),
  tlsHandshakeDone: hook('tlsHandshakeDone', 2, (trace) => trace.tlsHandshakeDone),
  wroteHeaderField: hook('wroteHeaderField', 2, (trace) => trace.wroteHeaderField),
  wroteHeaders: hook('wroteHeaders', 0, (trace) => trace.wroteHeaders),
  wait100Continue: hook('wait100Continue', 0, (trace) => trace.wait100Continue),
  wroteRequest: hook('wroteRequest', 1, (trace) => trace.wroteRequest),
  roundTripStart: hook('roundTripStart', 1, (trace) => trace.roundTripStart),
  gotResponse: hook('gotResponse', 1, (trace) => trace.gotResponse),
  gotLastResponseByte: hook('gotLastResponseByte', 0, (trace) => trace.gotLastResponseByte),
  roundTripDone: hook('roundTripDone', 1, (trace) => trace.roundTripDone),
};

/** All hooks' names, Go's first. */
// Object.keys gives string[]; the literal above has exactly the keys of HookName.
export const HOOK_NAMES = Object.keys(HOOKS) as HookName[];
