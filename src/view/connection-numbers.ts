/** Short numbers for connections, in the order in which they are shown: ids are unique but unreadable. */
export class ConnectionNumbers {
  readonly #numbers = new Map<string, number>();

  /** 1 for the first connection asked for, 2 for the next, ...; the same number for the same id. */
  numberOf(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(id, number);
    return number;
  }
}
