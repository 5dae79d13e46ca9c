import type { HookName } from '../trace/hooks.ts';

/** What the event contract says of one event; held by the recorder that all tests use. */
export interface EventRule {
  /** At most once a round trip. */
  readonly once: boolean;
  /** The event that this one ends; there must be one open, with the same leading arguments. */
  readonly closes?: HookName;
  /** Events that must have come before in the same round trip. */
  readonly after: readonly HookName[];
  /** Events that must not have come yet. */
  readonly before?: readonly HookName[];
  /** Belongs to a dial, which may outlive its round trip: allowed after `roundTripDone`. */
  readonly dial?: true;
}

/** The event contract as data: what must come before what, what ends what, what comes once. */
export const GRAMMAR: Readonly<Record<HookName, EventRule>> = {
  roundTripStart: { once: true, after: [] },
  getConn: { once: true, after: ['roundTripStart'] },
  dnsStart: { once: false, after: ['getConn'], dial: true },
  dnsDone: { once: false, after: [], closes: 'dnsStart', dial: true },
  connectStart: { once: false, after: ['getConn'], dial: true },
  connectDone: { once: false, after: [], closes: 'connectStart', dial: true },
  tlsHandshakeStart: { once: false, after: ['getConn'], dial: true },
  tlsHandshakeDone: { once: false, after: [], closes: 'tlsHandshakeStart', dial: true },
  gotConn: { once: true, after: ['getConn'] },
  wroteHeaderField: { once: false, after: ['gotConn'], before: ['wroteHeaders'] },
  wroteHeaders: { once: true, after: ['gotConn'] },
  wait100Continue: { once: true, after: ['wroteHeaders'] },
  wroteRequest: { once: true, after: ['gotConn'] },
  gotFirstResponseByte: { once: true, after: ['gotConn'] },
  got100Continue: { once: true, after: ['gotFirstResponseByte'], before: ['gotResponse'] },
  got1xxResponse: { once: false, after: ['gotFirstResponseByte'], before: ['gotResponse'] },
  gotResponse: { once: true, after: ['gotFirstResponseByte'] },
  gotLastResponseByte: { once: true, after: ['gotResponse'] },
  putIdleConn: { once: true, after: ['gotLastResponseByte', 'wroteRequest'] },
  roundTripDone: { once: true, after: ['getConn'], closes: 'roundTripStart' },
};

/** All that comes for a round trip that a mock answers (`intercepted`), in this order; it has no connection. */
export const INTERCEPTED: readonly HookName[] = ['roundTripStart', 'gotResponse', 'roundTripDone'];
