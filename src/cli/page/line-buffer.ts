/** What has to be dropped at once, so that not each new line moves all. */
const COMPACT_AT = 4096;

/** The latest lines, each with a number that grows by one; the oldest go when there is no room. */
export class LineBuffer {
  readonly #limit: number;
  #lines: (string | undefined)[] = [];
  /** Index in `#lines` of the oldest that is kept. */
  #head = 0;
  #first = 0;
  #size = 0;

  /** @param limit - characters that are kept at most; the latest line is kept in any case. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Number of the oldest line that is kept. */
  get first(): number {
    return this.#first;
  }

  /** Number that the next line will have. */
  get end(): number {
    return this.#first + this.#lines.length - this.#head;
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#size += line.length;
    while (this.#size > this.#limit && this.end - this.#first > 1) this.#dropOldest();
  }

  /** Line of this number; undefined when it is not kept. */
  at(number: number): string | undefined {
    return number < this.#first ? undefined : this.#lines[this.#head + number - this.#first];
  }

  #dropOldest(): void {
    this.#size -= this.#lines[this.#head]?.length ?? 0;
    this.#lines[this.#head] = undefined;
    this.#head++;
    this.#first++;
    if (this.#head < COMPACT_AT || this.#head * 2 < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#head = 0;
  }
}
