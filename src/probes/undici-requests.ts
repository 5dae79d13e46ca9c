import { reportFailure } from '../trace/call.ts';
import { Given } from './given.ts';
import { announceStream } from './next-stream.ts';
import type { Patches, Wrap } from './patches.ts';
import { enterRequest } from './undici-calls.ts';
import type { UndiciCopy } from './undici-copy.ts';
import type { RawHeaders } from './undici-headers.ts';
import type { UndiciRoundTrip } from './undici-round-trip.ts';
import { endWaiting } from './undici-waiting.ts';

/** Some request may have a round trip. V8 does not cache that a request has none, and asks its runtime each time. */
let hasRoundTrips = false;

/** Keeps the round trip of a request on the request. */
export class RoundTrips extends Given {
  #roundTrip: UndiciRoundTrip;

  /** For a request that undici has just made; {@link of} would find out that it has none. */
  constructor(request: object, roundTrip: UndiciRoundTrip) {
    super(request);
    this.#roundTrip = roundTrip;
    hasRoundTrips = true;
  }

  /** Some request has had one. */
  static wereAny(): boolean {
    return hasRoundTrips;
  }

  static of(request: object): UndiciRoundTrip | undefined {
    return hasRoundTrips && #roundTrip in request ? request.#roundTrip : undefined;
  }

  /** Undici sends `request`, which has one, again: that is a round trip each time. */
  static replace(request: object, roundTrip: UndiciRoundTrip): void {
    if (#roundTrip in request) request.#roundTrip = roundTrip;
  }
}

/** Wraps the methods of a copy's requests that tell what no channel tells. Their names are from undici 6 to 8. */
export function watchRequests(patches: Patches, { prototype }: UndiciCopy): void {
  /** Those of `names` that this undici has. */
  function wrapEach(names: readonly string[], wrap: Wrap): void {
    for (const name of names) patches.wrap(prototype, name, wrap);
  }

  wrapEach(
    ['onConnect', 'onRequestStart'],
    tellingAndEntering((roundTrip) => {
      // Undici 6 publishes no sendHeaders over HTTP/2, and no undici does for CONNECT.
      announceStream(roundTrip);
      if (roundTrip !== undefined) endWaiting(roundTrip);
    }),
  );
  wrapEach(
    ['onResponseStarted'],
    telling((roundTrip) => roundTrip?.onFirstByte()),
  );
  wrapEach(
    ['onData', 'onResponseData'],
    telling((roundTrip, chunk) => {
      if (ArrayBuffer.isView(chunk)) roundTrip?.onBody(chunk.byteLength);
    }),
  );
  // Of these the handlers alone hear.
  wrapEach(
    ['onHeaders', 'onResponseStart', 'onError', 'onResponseError'],
    tellingAndEntering(() => {}),
  );
  // The undicis in Node publish nothing for it.
  wrapEach(
    ['onUpgrade', 'onRequestUpgrade'],
    telling((roundTrip, status, headers) => {
      // Undici's own lists; none for a stream.
      if (typeof status === 'number') roundTrip?.onUpgrade(status, (headers ?? []) as RawHeaders);
    }),
  );
}

type Tell = (roundTrip: UndiciRoundTrip | undefined, a: unknown, b: unknown) => void;

/** Tells the round trip of a request, before the request's own method is called; undefined when it has none. */
function telling(tell: Tell): Wrap {
  return (original) =>
    function (this: object, a: unknown, b: unknown): unknown {
      tellSafely(tell, RoundTrips.of(this), a, b);
      return Reflect.apply(original, this, arguments);
    };
}

/** As {@link telling}; for the handlers that hear of it while the method runs, and may continue the call of their request. */
function tellingAndEntering(tell: Tell): Wrap {
  return (original) =>
    function (this: object, a: unknown, b: unknown): unknown {
      const roundTrip = RoundTrips.of(this);
      tellSafely(tell, roundTrip, a, b);
      const outer = enterRequest(roundTrip);
      try {
        return Reflect.apply(original, this, arguments);
      } finally {
        enterRequest(outer);
      }
    };
}

function tellSafely(tell: Tell, roundTrip: UndiciRoundTrip | undefined, a: unknown, b: unknown): void {
  try {
    tell(roundTrip, a, b);
  } catch (error) {
    // A bug of ours must not become the program's.
    reportFailure(RoundTrips, 'probe', error);
  }
}
