import type { ExchangeFacts, RoundTrip, SentHead } from '../events/round-trip.ts';

/**
 * Undici over HTTP/2 is two clients, one above the other. The undici probe knows the request and, right before undici
 * calls `session.request()`, says whose stream comes next; the http2 probe takes that and watches the stream.
 */

/** A round trip of another probe that an HTTP/2 stream serves. */
export interface StreamOwner extends RoundTrip {
  /** Its stream is there and watched: from now on the exchange tells the events, the end included. */
  onExchange(exchange: StreamExchange): void;
}

/** The watch on one stream, as its owner sees it. */
export interface StreamExchange {
  readonly sentHead: SentHead | undefined;
  facts(): ExchangeFacts;
  /** Its client has failed the request with `err`, or let go of it: the round trip ends with that error. */
  fail(time: number, err: Error): void;
  /** All has been told: it keeps nothing of the stream. */
  released(): void;
}

let next: StreamOwner | undefined;

/** The next stream that undici makes is for `owner`; undefined: for nobody watched. */
export function announceStream(owner: StreamOwner | undefined): void {
  next = owner;
}

/** Whose stream it is that undici makes now. */
export function takeStream(): StreamOwner | undefined {
  const owner = next;
  next = undefined;
  return owner;
}
