import type { HttpRoundTrip } from './http-round-trip.ts';

/** Null for a request of which it was decided that nobody watches it. */
const decided = new WeakMap<object, HttpRoundTrip | null>();
/** Round trips that have not been told to their end. */
let open = 0;

/**
 * The round trips of the requests of node:http. In a map, where the other probes give the client's object a field: where few
 * requests are watched, those with the field have another shape than the rest, and all that node:http does with any of them
 * takes 3 % longer (docs/discoveries/v8.md).
 */
export const RoundTrips = {
  /** Asked about each event of each request: while no round trip is open it answers without looking. */
  of(request: object): HttpRoundTrip | undefined {
    return open === 0 ? undefined : (decided.get(request) ?? undefined);
  },

  /** It was decided whether somebody watches `request`. */
  isDecided(request: object): boolean {
    return decided.has(request);
  },

  begun(request: object, roundTrip: HttpRoundTrip): void {
    decided.set(request, roundTrip);
    open++;
  },

  notWatched(request: object): void {
    decided.set(request, null);
  },

  /** One of those that have begun has been told to its end. */
  ended(): void {
    open--;
  },

  isAnyOpen(): boolean {
    return open > 0;
  },
};
