/** How many times as long as encoding a record all takes that is done for it but writing, which nothing can measure. */
const WHOLE_COST = 4;
/** What the costs of earlier records weigh when another batch has been written. */
const MEMORY = 0.9;

/** Which part of a thread's time recording may take, 0 to 1. */
export interface Shares {
  /** Of the time in which the event loop is busy. */
  readonly busy: number;
  /** Of that in which it waits: nobody misses it. */
  readonly idle: number;
}

/** A program that does nothing but requests is to keep nine tenths of its throughput; not recording one costs, too. */
export const DEFAULT_SHARES: Shares = { busy: 0.01, idle: 0.1 };

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
  readonly #shares: Shares | undefined;
  readonly #most: number;
  #refill: number;
  #tokens: number;
  #time = 0;
  #milliseconds = 0;
  #records = 0;

  /**
   * @param perSecond - `Infinity` for all.
   * @param shares - where recording would take more of the time, fewer are admitted; undefined for as much as it takes.
   */
  constructor(perSecond: number, shares?: Shares) {
    this.#perMillisecond = perSecond / 1000;
    this.#shares = shares;
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
    if (records === 0 || this.#shares === undefined) return;
    this.#milliseconds = this.#milliseconds * MEMORY + WHOLE_COST * encoding + writing;
    this.#records = this.#records * MEMORY + records;
    const share = this.#shares.busy + (this.#shares.idle - this.#shares.busy) * idle;
    this.#refill = Math.min(this.#perMillisecond, (share * this.#records) / this.#milliseconds);
  }

  #tokensAt(time: number): number {
    return Math.min(this.#most, this.#tokens + (time - this.#time) * this.#refill);
  }
}
