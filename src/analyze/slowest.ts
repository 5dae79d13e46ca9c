import type { RoundTripRecord } from '../record/types.ts';

/** Keeps the round trips that took longest. */
export class Slowest {
  readonly #most: number;
  readonly #records: RoundTripRecord[] = [];

  /** @param most - how many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  add(record: RoundTripRecord): void {
    const { duration } = record;
    const fastest = this.#records.at(-1);
    if (this.#records.length === this.#most && fastest !== undefined && duration <= fastest.duration) return;
    const place = this.#records.findIndex((one) => one.duration < duration);
    this.#records.splice(place < 0 ? this.#records.length : place, 0, record);
    if (this.#records.length > this.#most) this.#records.pop();
  }

  /** Slowest first. */
  get records(): readonly RoundTripRecord[] {
    return [...this.#records];
  }
}
