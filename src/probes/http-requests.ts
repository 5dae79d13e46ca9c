import { isEachObserved } from '../trace/trace-list.ts';
import { Given } from './given.ts';
import type { HttpRoundTrip } from './http-round-trip.ts';

/** Keeps the round trip of a request on the request, where each request gets one or a null. */
class Mark extends Given {
  readonly #roundTrip: HttpRoundTrip | null;

  constructor(request: object, roundTrip: HttpRoundTrip | null) {
    super(request);
    this.#roundTrip = roundTrip;
  }

  static of(request: object): HttpRoundTrip | null | undefined {
    return #roundTrip in request ? request.#roundTrip : undefined;
  }
}

/** Keeps it where few requests have one. */
const few = new WeakMap<object, HttpRoundTrip | null>();
/** Round trips that have not been told to their end. */
let open = 0;

/**
 * The round trips of the requests of node:http. A mark on the request is found soonest. But where few requests are watched, those
 * with a mark have another shape than the rest, and all that node:http does with any of them takes 3 % longer; then they
 * are in a map, which costs that much where all are in it (docs/discoveries/v8.md).
 */
export const RoundTrips = {
  /** Asked about each event of each request: while no round trip is open it answers without looking. */
  of(request: object): HttpRoundTrip | undefined {
    return open === 0 ? undefined : (lookUp(request) ?? undefined);
  },

  /** It was decided whether somebody watches `request`. */
  isDecided(request: object): boolean {
    return lookUp(request) !== undefined;
  },

  begun(request: object, roundTrip: HttpRoundTrip): void {
    keep(request, roundTrip);
    open++;
  },

  notWatched(request: object): void {
    keep(request, null);
  },

  /** One of those that have begun has been told to its end. */
  ended(): void {
    open--;
  },

  isAnyOpen(): boolean {
    return open > 0;
  },
};

/** Null when it was decided that nobody watches it. */
function lookUp(request: object): HttpRoundTrip | null | undefined {
  const marked = Mark.of(request);
  return marked === undefined ? few.get(request) : marked;
}

function keep(request: object, roundTrip: HttpRoundTrip | null): void {
  if (isEachObserved()) new Mark(request, roundTrip);
  else few.set(request, roundTrip);
}
