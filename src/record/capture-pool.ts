import { FreeList } from '../events/free-list.ts';
import { Capture, ROOM } from './capture.ts';

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
  readonly #unused = new FreeList<Capture>();
  #page = new Float64Array(0);
  /** Where the room of the next new one begins in it. */
  #free = 0;

  /** An empty one. */
  take(): Capture {
    return this.#unused.take() ?? this.#make();
  }

  /** Nobody needs `capture` any more. */
  give(capture: Capture): void {
    if (!capture.isLarge) this.#unused.give(capture);
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
