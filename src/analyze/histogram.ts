/**
 * Counts of durations in buckets that grow with the duration, so that a percentile of millions is known to 1 % in a few
 * kilobytes (DDSketch: Masson, Rim, Lee, "DDSketch: A fast and fully-mergeable quantile sketch with relative-error
 * guarantees", 2019). Smallest, largest, count and mean are exact.
 */
export class Histogram {
  #counts = new Uint32Array(0);
  /** Bucket of the first of the counts. */
  #first = 0;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  /** @param milliseconds - 0 or more. */
  add(milliseconds: number): void {
    this.#count++;
    this.#sum += milliseconds;
    if (milliseconds < this.#min) this.#min = milliseconds;
    if (milliseconds > this.#max) this.#max = milliseconds;
    const bucket = bucketOf(milliseconds);
    this.#makeRoom(bucket, bucket);
    this.#counts[bucket - this.#first]!++;
  }

  /** Adds all that `other` has counted. */
  merge(other: Histogram): void {
    if (other.#count === 0) return;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#makeRoom(other.#first, other.#first + other.#counts.length - 1);
    const shift = other.#first - this.#first;
    for (let i = 0; i < other.#counts.length; i++) this.#counts[shift + i]! += other.#counts[i]!;
  }

  get count(): number {
    return this.#count;
  }

  /** NaN when nothing was counted, as all that follow. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min;
  }

  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }

  get sum(): number {
    return this.#sum;
  }

  get mean(): number {
    return this.#sum / this.#count;
  }

  /**
   * Percentile by nearest rank, off by at most 1 %.
   *
   * @param percent - 0 (the smallest) to 100 (the largest).
   */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#count));
    if (rank >= this.#count) return this.max;
    let passed = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      passed += this.#counts[i]!;
      if (passed >= rank) return this.#within(valueOf(this.#first + i));
    }
    return this.max;
  }

  /** Number and count of each bucket that has something, in order. */
  *buckets(): Generator<[bucket: number, count: number], void, undefined> {
    for (let i = 0; i < this.#counts.length; i++) {
      const count = this.#counts[i]!;
      if (count > 0) yield [this.#first + i, count];
    }
  }

  #within(value: number): number {
    return Math.min(this.#max, Math.max(this.#min, value));
  }

  #makeRoom(low: number, high: number): void {
    const last = this.#first + this.#counts.length - 1;
    if (this.#counts.length > 0 && low >= this.#first && high <= last) return;
    const isEmpty = this.#counts.length === 0;
    const from = isEmpty ? low : Math.min(low, this.#first - (low < this.#first ? MARGIN : 0));
    const to = isEmpty ? high : Math.max(high, last + (high > last ? MARGIN : 0));
    const counts = new Uint32Array(to - from + 1);
    if (!isEmpty) counts.set(this.#counts, this.#first - from);
    this.#counts = counts;
    this.#first = from;
  }
}

/** A bucket reaches from one power of this to the next: the middle is off by less than 1 %. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
/** What is shorter cannot be told from nothing: times in records have microseconds. */
const SHORTEST = 0.0005;
/** A quarter of a year; longer ones share a bucket, so that a nonsensical one takes no memory. */
const LONGEST = 1e10;
/** Buckets made in advance, because durations come near each other. */
const MARGIN = 16;

function bucketOf(milliseconds: number): number {
  const bounded = Math.min(LONGEST, Math.max(SHORTEST, milliseconds));
  return Math.ceil(Math.log(bounded) / LOG_GROWTH);
}

/** The value that is within 1 % of all in the bucket. */
function valueOf(bucket: number): number {
  return (2 * GROWTH ** bucket) / (GROWTH + 1);
}
