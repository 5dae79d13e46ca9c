import { Capture } from './capture.ts';
import type { CapturePool } from './capture-pool.ts';
import type { RoundTripRecord } from './types.ts';

/** The latest records of a recorder, each made when somebody asks for it. */
export class KeptRecords {
  /** How many were dropped because there were more than the limit. */
  dropped = 0;
  readonly #limit: number;
  readonly #pool: CapturePool;
  readonly #make: (capture: Capture) => RoundTripRecord;
  /** A ring when there are as many as the limit. */
  #kept: (Capture | RoundTripRecord)[] = [];
  /** Where the first of them is. */
  #first = 0;

  /** @param pool - where captures go of which no record is wanted any more. */
  constructor(limit: number, pool: CapturePool, make: (capture: Capture) => RoundTripRecord) {
    this.#limit = Math.floor(limit);
    this.#pool = pool;
    this.#make = make;
  }

  add(one: Capture | RoundTripRecord): void {
    if (this.#limit === 0) this.#drop(one);
    else if (this.#kept.length < this.#limit) this.#kept.push(one);
    else {
      const at = this.#first;
      this.#drop(this.#kept[at]!);
      this.#kept[at] = one;
      this.#first = at + 1 === this.#limit ? 0 : at + 1;
      this.dropped++;
    }
  }

  /** First to last. */
  all(): RoundTripRecord[] {
    const all: RoundTripRecord[] = [];
    const { length } = this.#kept;
    for (let i = 0; i < length; i++) all.push(this.#madeAt((this.#first + i) % length));
    return all;
  }

  /** All of them, which are not kept any more. */
  take(): RoundTripRecord[] {
    const all = this.all();
    this.#kept = [];
    this.#first = 0;
    return all;
  }

  /** What is made stays, so that it is the same each time. */
  #madeAt(index: number): RoundTripRecord {
    const one = this.#kept[index]!;
    if (!(one instanceof Capture)) return one;
    const record = this.#make(one);
    this.#kept[index] = record;
    this.#pool.give(one);
    return record;
  }

  #drop(one: Capture | RoundTripRecord): void {
    if (one instanceof Capture) this.#pool.give(one);
  }
}
