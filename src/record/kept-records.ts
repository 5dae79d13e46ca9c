import { Capture } from './capture.ts';
import type { RoundTripRecord } from './types.ts';

/** The latest records of a recorder, each made when somebody asks for it. */
export class KeptRecords {
  /** How many were dropped because there were more than the limit. */
  dropped = 0;
  readonly #limit: number;
  readonly #make: (capture: Capture) => RoundTripRecord;
  #kept: (Capture | RoundTripRecord)[] = [];
  /** Where the oldest is that still counts: taking each out at the front would move all others. */
  #first = 0;

  constructor(limit: number, make: (capture: Capture) => RoundTripRecord) {
    this.#limit = limit;
    this.#make = make;
  }

  add(one: Capture | RoundTripRecord): void {
    if (this.#limit === 0) return;
    this.#kept.push(one);
    if (this.#kept.length - this.#first <= this.#limit) return;
    this.#kept[this.#first++] = NOTHING;
    this.dropped++;
    if (this.#first > this.#limit) this.#compact();
  }

  all(): readonly RoundTripRecord[] {
    this.#compact();
    // By index, because what is made replaces what it is made of.
    for (let i = 0; i < this.#kept.length; i++) {
      const one = this.#kept[i]!;
      if (one instanceof Capture) this.#kept[i] = this.#make(one);
    }
    return this.#kept as RoundTripRecord[]; // No capture is left.
  }

  /** All of them, which are not kept any more. */
  take(): RoundTripRecord[] {
    const all = this.all();
    this.#kept = [];
    return [...all];
  }

  #compact(): void {
    if (this.#first === 0) return;
    this.#kept = this.#kept.slice(this.#first);
    this.#first = 0;
  }
}

/** Stands where one was dropped. */
const NOTHING = new Capture(undefined);
