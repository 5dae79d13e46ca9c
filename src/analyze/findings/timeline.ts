/** Of the ends of requests no more than these are kept: of those under way together, the latest are near. */
const MOST_ENDS = 64;
/** Places (an origin in a process) beyond these are forgotten, the oldest first. */
const MOST_PLACES = 5000;

/** Remembers when the latest requests ended, at each origin in each process. */
export class Timeline {
  readonly #ends = new Map<string, number[]>();

  /** Milliseconds from the latest end up to `start`; undefined when none is known. Then remembers `end`. */
  sincePrevious(place: string, start: number, end: number): number | undefined {
    let ends = this.#ends.get(place);
    if (ends === undefined) {
      if (this.#ends.size >= MOST_PLACES) this.#ends.delete(this.#ends.keys().next().value ?? '');
      this.#ends.set(place, (ends = []));
    }
    let latest = -Infinity;
    for (const one of ends) if (one <= start && one > latest) latest = one;
    if (ends.length >= MOST_ENDS) ends.shift();
    ends.push(end);
    return latest === -Infinity ? undefined : start - latest;
  }
}
