/**
 * Decides which round trips are recorded when there are more than a thread should pay for: at most so many a second, spread
 * over the second, after as many at once. A token bucket.
 */
export class Pace {
  readonly #perMillisecond: number;
  readonly #most: number;
  #tokens: number;
  #time = 0;

  /** @param perSecond - `Infinity` for all. */
  constructor(perSecond: number) {
    this.#perMillisecond = perSecond / 1000;
    this.#most = perSecond;
    this.#tokens = perSecond;
  }

  /** True when the round trip that begins at `time` (milliseconds, monotonic) is to be recorded. */
  admits(time: number): boolean {
    if (this.#most === Infinity) return true;
    this.#tokens = Math.min(this.#most, this.#tokens + (time - this.#time) * this.#perMillisecond);
    this.#time = time;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
