/** How many times as long as encoding a record all takes that is done for it but writing, which nothing can measure. */
const WHOLE_COST = 4;
/** What the costs of earlier records weigh when another batch has been written. */
const MEMORY = 0.9;

/** Part of the time in which the event loop waits that recording may take: nobody misses it. */
const IDLE_SHARE = 0.1;

/** What it took to get a batch of records out. */
export interface BatchCost {
  /** Milliseconds. */
  readonly encoding: number;
  /** Milliseconds. */
  readonly writing: number;
  readonly records: number;
  /** For which part of the time since the batch before the event loop had waited, 0 to 1. */
  readonly idle: number;
}

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
   * @param share - part of the time in which the thread is busy that recording may take; where it would take more, fewer are
   *   admitted. `Infinity` for as much as it takes.
   */
  constructor(perSecond: number, share = Infinity) {
    this.#perMillisecond = perSecond / 1000;
    this.#share = share;
    this.#most = perSecond;
    this.#refill = this.#perMillisecond;
    this.#tokens = this.#most;
  }

  /** The round trip that would begin at `time` would be admitted. */
  isOpen(time: number): boolean {
    return this.#most === Infinity || this.#tokensAt(time) >= 1;
  }

  /** True when the round trip that begins at `time` (milliseconds, monotonic) is to be recorded. */
  admits(time: number): boolean {
    if (this.#most === Infinity) return true;
    this.#tokens = this.#tokensAt(time);
    this.#time = time;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes note of what a batch took. */
  noteCost({ encoding, writing, records, idle }: BatchCost): void {
    if (records === 0) return;
    this.#milliseconds = this.#milliseconds * MEMORY + WHOLE_COST * encoding + writing;
    this.#records = this.#records * MEMORY + records;
    // Infinity has no part.
    const share = this.#share === Infinity ? Infinity : this.#share + (IDLE_SHARE - this.#share) * idle;
    this.#refill = Math.min(this.#perMillisecond, (share * this.#records) / this.#milliseconds);
  }

  #tokensAt(time: number): number {
    return Math.min(this.#most, this.#tokens + (time - this.#time) * this.#refill);
  }
}
