/** Of the ends of requests so many are kept: more are seldom under way together. */
const MOST_ENDS = 256;

/** When the latest requests to an origin ended, in one process. */
export class Timeline {
  readonly #ends = new Float64Array(MOST_ENDS);
  #count = 0;

  /**
   * Milliseconds from the latest end before `start`; undefined when none is known. Then remembers `end`. Requests come in
   * the order of their ends, so the first that fits, looking back, is the latest.
   */
  sincePrevious(start: number, end: number): number | undefined {
    let found: number | undefined;
    for (let back = 1; back <= MOST_ENDS && back <= this.#count; back++) {
      const one = this.#ends[(this.#count - back) % MOST_ENDS]!;
      if (one > start) continue;
      found = start - one;
      break;
    }
    this.#ends[this.#count % MOST_ENDS] = end;
    this.#count++;
    return found;
  }
}
