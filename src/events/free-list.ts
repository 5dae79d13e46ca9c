/** What can be used again. */
export interface Reusable<T> {
  /** The next one of the list that has it. */
  next: T | undefined;
  /** Lets go of all that it has. */
  clear(): void;
}

/** More than this are not kept for later: some were used at once, and may never be again. */
const MOST = 64;

/** Objects that nobody uses at present. A linked list: an array that empties and fills is made anew by V8. */
export class FreeList<T extends Reusable<T>> {
  #first: T | undefined = undefined;
  #length = 0;

  /** One that is empty; undefined when there is none, and one has to be made. */
  take(): T | undefined {
    const one = this.#first;
    if (one === undefined) return undefined;
    this.#first = one.next;
    this.#length--;
    one.next = undefined;
    return one;
  }

  /** Nobody needs `one` any more. */
  give(one: T): void {
    if (this.#length === MOST) return;
    one.clear();
    one.next = this.#first;
    this.#first = one;
    this.#length++;
  }
}
