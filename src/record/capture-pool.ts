import { Capture } from './capture.ts';

/** More than this are not kept for later: some were open at once, and may never be again. */
const MOST = 64;

/**
 * Captures whose records were dropped or made. A recorder that is full makes no new ones: those that it has are old to the
 * garbage collector, which copies each new one twice.
 */
export class CapturePool {
  #first: Capture | undefined = undefined;
  #length = 0;

  /** An empty one. */
  take(): Capture {
    const capture = this.#first;
    if (capture === undefined) return new Capture();
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
}
