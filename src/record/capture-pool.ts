import { Capture, ROOM } from './capture.ts';

/** More than this are not kept for later: some were open at once, and may never be again. */
const MOST = 64;

/**
 * Captures whose events are in one page. One that is alive keeps its page, so few: 21 KB. Pages of 1,024 are no faster.
 */
const PAGE = 64;

/**
 * Captures whose records were dropped or made. A recorder that is full makes no new ones: those that it has are old to the
 * garbage collector, which copies each new one twice.
 *
 * Their events are in pages that never move, where those of consecutive round trips are neighbours. What is used again has left
 * the processor's caches; as arrays of their own, wherever the collector had copied them, they took a third of what recording costs.
 */
export class CapturePool {
  #first: Capture | undefined = undefined;
  #length = 0;
  #page = new Float64Array(0);
  /** Where the room of the next new one begins in it. */
  #free = 0;

  /** An empty one. */
  take(): Capture {
    const capture = this.#first;
    if (capture === undefined) return this.#make();
    this.#first = capture.next;
    this.#length--;
    capture.next = undefined;
    return capture;
  }

  /** Nobody needs `capture` any more. */
  give(capture: Capture): void {
    if (this.#length === MOST || capture.isLarge) return;
    capture.clear();
    capture.next = this.#first;
    this.#first = capture;
    this.#length++;
  }

  #make(): Capture {
    if (this.#free === this.#page.length) {
      this.#page = new Float64Array(PAGE * ROOM);
      this.#free = 0;
    }
    const first = this.#free;
    this.#free += ROOM;
    return new Capture(this.#page, first);
  }
}
