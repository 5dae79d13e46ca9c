import { Given } from './given.ts';
import { announceStream } from './next-stream.ts';
import type { Patches } from './patches.ts';
import type { UndiciCopy } from './undici-copy.ts';
import type { RawHeaders } from './undici-headers.ts';
import type { UndiciRoundTrip } from './undici-round-trip.ts';
import { endWaiting } from './undici-waiting.ts';

/** Keeps the round trip of a request on the request. */
export class RoundTrips extends Given {
  #roundTrip: UndiciRoundTrip;

  private constructor(request: object, roundTrip: UndiciRoundTrip) {
    super(request);
    this.#roundTrip = roundTrip;
  }

  static of(request: object): UndiciRoundTrip | undefined {
    return #roundTrip in request ? request.#roundTrip : undefined;
  }

  static set(request: object, roundTrip: UndiciRoundTrip): void {
    // A request that undici sends again has a round trip each time.
    if (#roundTrip in request) request.#roundTrip = roundTrip;
    else new RoundTrips(request, roundTrip);
  }
}

/** Wraps the methods of a copy's requests that tell what no channel tells. Their names are from undici 6 to 8. */
export function watchRequests(patches: Patches, { prototype }: UndiciCopy): void {
  patches.wrap(
    prototype,
    'onResponseStarted',
    (original) =>
      function onResponseStarted(this: object): unknown {
        RoundTrips.of(this)?.onFirstByte();
        return original.call(this);
      },
  );
  for (const name of ['onConnect', 'onRequestStart']) {
    patches.wrap(
      prototype,
      name,
      (original) =>
        function (this: object): unknown {
          // Undici 6 publishes no sendHeaders over HTTP/2, and no undici does for CONNECT.
          const roundTrip = RoundTrips.of(this);
          announceStream(roundTrip);
          if (roundTrip !== undefined) endWaiting(roundTrip);
          return Reflect.apply(original, this, arguments);
        },
    );
  }
  for (const name of ['onData', 'onResponseData']) {
    patches.wrap(
      prototype,
      name,
      (original) =>
        function (this: object, chunk: Uint8Array): unknown {
          RoundTrips.of(this)?.onBody(chunk.byteLength);
          return Reflect.apply(original, this, arguments);
        },
    );
  }
  for (const name of ['onUpgrade', 'onRequestUpgrade']) {
    patches.wrap(
      prototype,
      name,
      (original) =>
        function (this: object, status: number, headers: RawHeaders): unknown {
          // The undicis in Node publish nothing for it.
          RoundTrips.of(this)?.onUpgrade(status, headers ?? []);
          return Reflect.apply(original, this, arguments);
        },
    );
  }
}
