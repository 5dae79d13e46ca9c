/** Milliseconds of work after which the page gets a turn. */
const TURN = 8;
/** Milliseconds of that turn: without them the next piece of work can come before a frame. */
const PAUSE = 4;

/** Lines that have come and are yet to be taken: many at once must not keep the page from drawing. */
export class Backlog {
  readonly #take: (line: string) => void;
  readonly #tookSome: () => void;
  #lines: string[] = [];
  #next = 0;
  readonly #whenEmpty: (() => void)[] = [];
  #isWaiting = false;

  /**
   * @param take - called with each line, in order.
   * @param tookSome - called after a few of them.
   */
  constructor(take: (line: string) => void, tookSome: () => void) {
    this.#take = take;
    this.#tookSome = tookSome;
  }

  add(lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(line);
    if (!this.#isWaiting) this.#work();
  }

  /** Calls when all lines that have come are taken; at once when there is none. */
  whenEmpty(call: () => void): void {
    if (this.#isWaiting) this.#whenEmpty.push(call);
    else call();
  }

  #work(): void {
    const ends = performance.now() + TURN;
    while (this.#next < this.#lines.length && performance.now() < ends)
      this.#take(this.#lines[this.#next++] ?? '');
    this.#tookSome();
    this.#isWaiting = this.#next < this.#lines.length;
    if (this.#isWaiting) {
      setTimeout(() => this.#work(), PAUSE);
      return;
    }
    this.#lines = [];
    this.#next = 0;
    for (const call of this.#whenEmpty.splice(0)) call();
  }
}
