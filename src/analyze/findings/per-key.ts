/** What is kept for each origin, or for each origin and process. Of the first thousands only: a crawler has any number of them. */
export class PerKey<T> {
  readonly #values = new Map<string, T>();
  readonly #make: (key: string) => T;
  readonly #most: number;

  constructor(make: (key: string) => T, most = 2000) {
    this.#make = make;
    this.#most = most;
  }

  /** Undefined for those beyond the limit. */
  of(key: string): T | undefined {
    const known = this.#values.get(key);
    if (known !== undefined || this.#values.size >= this.#most) return known;
    const value = this.#make(key);
    this.#values.set(key, value);
    return value;
  }

  get values(): Iterable<T> {
    return this.#values.values();
  }
}
