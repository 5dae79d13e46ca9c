import { Given } from './given.ts';
import type { HttpRoundTrip } from './http-round-trip.ts';
import { Marking } from './marking.ts';

/** Keeps the round trip of a request on the request. */
class Mark extends Given {
  readonly #roundTrip: HttpRoundTrip | null;

  constructor(request: object, roundTrip: HttpRoundTrip | null) {
    super(request);
    this.#roundTrip = roundTrip;
  }

  static of(request: object): HttpRoundTrip | null | undefined {
    return #roundTrip in request ? request.#roundTrip : undefined;
  }

  /** Apart from {@link of}: most that are asked here have none, and after one without, V8 caches a look-up no more (Node 20 to 26). */
  static isOn(request: object): boolean {
    return #roundTrip in request;
  }
}

/** Keeps it where marks do not pay. */
const few = new WeakMap<object, HttpRoundTrip | null>();
/** Some request may have one. V8 finds out slowly that an object has no mark. */
let hasMarks = false;
/** Round trips that have not been told to their end. */
let open = 0;

/** The round trips of the requests of node:http. */
export const RoundTrips = {
  of(request: object): HttpRoundTrip | undefined {
    return lookUp(request) ?? undefined;
  },

  /** It was decided whether somebody watches `request`. */
  isDecided(request: object): boolean {
    return (hasMarks && Mark.isOn(request)) || few.has(request);
  },

  begun(request: object, roundTrip: HttpRoundTrip): void {
    Marking.requestWatched();
    keep(request, roundTrip);
    open++;
  },

  notWatched(request: object): void {
    Marking.requestNotWatched();
    keep(request, null);
  },

  /** One of those that have begun has been told to its end. */
  ended(): void {
    open--;
  },

  /** Some request may have one that has to be told: asked about each event of each request, where looking would cost. */
  isAnyOpen(): boolean {
    return open > 0;
  },
};

/** Null when it was decided that nobody watches it. */
function lookUp(request: object): HttpRoundTrip | null | undefined {
  const marked = hasMarks ? Mark.of(request) : undefined;
  return marked === undefined ? few.get(request) : marked;
}

function keep(request: object, roundTrip: HttpRoundTrip | null): void {
  if (Marking.pays()) {
    hasMarks = true;
    new Mark(request, roundTrip);
  } else few.set(request, roundTrip);
}
