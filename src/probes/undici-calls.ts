import type { Handler } from './undici-copy.ts';
import type { UndiciRoundTrip } from './undici-round-trip.ts';

/**
 * Which round trips are of one call. Undici's redirect and retry handlers dispatch the same call again and again with
 * what gets its response in the end: that object is the call. Fetch shows nothing of that kind: there the next request
 * for the URL that a redirect names, in the same turn and context, is taken to be its continuation.
 */

/** The latest round trip of each call, by the handler that gets its response. */
const latest = new WeakMap<object, UndiciRoundTrip>();

/** Redirects that fetch has just received, until the end of the turn. */
let redirects: { readonly from: UndiciRoundTrip; readonly url: string }[] = [];

/** What gets the response of a call in the end; undefined when `handler` is that itself, and the call has one round trip. */
export function receiverOf(handler: Handler | undefined): object | undefined {
  let receiver = handler?.handler;
  while (receiver?.handler !== undefined) receiver = receiver.handler;
  return receiver;
}

export function latestOf(receiver: object): UndiciRoundTrip | undefined {
  return latest.get(receiver);
}

export function setLatest(receiver: object, roundTrip: UndiciRoundTrip): void {
  latest.set(receiver, roundTrip);
}

/** Makes `roundTrip` the next of the call that `previous` belongs to. */
export function continueCall(roundTrip: UndiciRoundTrip, previous: UndiciRoundTrip, known: boolean): void {
  roundTrip.callId = previous.callId;
  roundTrip.attempt = previous.attempt + 1;
  roundTrip.reason = previous.redirectsTo(roundTrip.url) ? 'redirect' : 'retry';
  roundTrip.callKnown = known;
}

/** Fetch will follow `from` to `url`, in this turn. */
export function expectRedirect(from: UndiciRoundTrip, url: string): void {
  // An immediate that keeps nothing alive: fetch goes on in microtasks.
  if (redirects.length === 0) setImmediate(forgetRedirects).unref();
  redirects.push({ from, url });
}

function forgetRedirects(): void {
  redirects = [];
}

/** The round trip whose redirect `next` follows. */
export function takeRedirect(next: UndiciRoundTrip): UndiciRoundTrip | undefined {
  if (redirects.length === 0) return undefined;
  const { url, context } = next;
  const index = redirects.findIndex((redirect) => redirect.url === url && redirect.from.context === context);
  return index === -1 ? undefined : redirects.splice(index, 1)[0]?.from;
}
