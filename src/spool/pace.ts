/** How many times as long as encoding and writing a record all takes that is done for it, which nothing can measure. */
const WHOLE_COST = 3.5;
/** What the costs of earlier records weigh when another batch has been written. */
const MEMORY = 0.9;

/**
 * Decides which round trips are recorded when there are more than a thread should pay for: at most so many a second, spread
 * over the second, after as many at once. A token bucket.
 */
export class Pace {
  readonly #perMillisecond: number;
  readonly #share: number;
  readonly #most: number;
  #refill: number;
  #tokens: number;
  #time = 0;
  #milliseconds = 0;
  #records = 0;

  /**
   * @param perSecond - `Infinity` for all.
   * @param share - part of the thread's time that recording may take; where it would take more, fewer are admitted.
   */
  constructor(perSecond: number, share = Infinity) {
    this.#perMillisecond = perSecond / 1000;
    this.#share = share;
    this.#most = perSecond;
    this.#refill = this.#perMillisecond;
    this.#tokens = this.#most;
  }

  /** True when the round trip that begins at `time` (milliseconds, monotonic) is to be recorded. */
  admits(time: number): boolean {
    if (this.#most === Infinity) return true;
    this.#tokens = Math.min(this.#most, this.#tokens + (time - this.#time) * this.#refill);
    this.#time = time;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes note of how long encoding and writing so many records took. */
  noteCost(milliseconds: number, records: number): void {
    if (records === 0) return;
    this.#milliseconds = this.#milliseconds * MEMORY + milliseconds;
    this.#records = this.#records * MEMORY + records;
    const cost = (WHOLE_COST * this.#milliseconds) / this.#records;
    this.#refill = Math.min(this.#perMillisecond, this.#share / cost);
  }
}
