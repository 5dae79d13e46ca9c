import type { Writable } from 'node:stream';
import type { LineBuffer } from './line-buffer.ts';

/** Characters of one event: small enough that the page gets a turn between two. */
const EVENT_LENGTH = 256 * 1024;

/**
 * One page that listens: a position in the buffer of lines. A page that reads slowly costs nothing but, in the end, the
 * lines that the buffer could not keep for it; it is told how many.
 */
export class EventStream {
  readonly #buffer: LineBuffer;
  readonly #output: Writable;
  #next: number;
  #isFull = false;
  #isEnding = false;

  /** @param next - number of the first line that the page does not have. */
  constructor(buffer: LineBuffer, output: Writable, next: number) {
    this.#buffer = buffer;
    this.#output = output;
    this.#next = Math.min(next, buffer.end);
    output.on('drain', () => {
      this.#isFull = false;
      this.send();
    });
  }

  /** Sends what is new, as much as the connection takes. */
  send(): void {
    while (!this.#isFull && this.#next < this.#buffer.end) this.#isFull = !this.#output.write(this.#event());
    if (!this.#isEnding || this.#isFull || this.#output.writableEnded) return;
    this.#output.end('event: end\ndata:\n\n');
  }

  /** Sends the rest, then says that nothing more will come. */
  end(): void {
    this.#isEnding = true;
    this.send();
  }

  #event(): string {
    let event = '';
    if (this.#next < this.#buffer.first) {
      event += `event: lost\ndata: ${this.#buffer.first - this.#next}\n\n`;
      this.#next = this.#buffer.first;
    }
    let data = '';
    for (; this.#next < this.#buffer.end && data.length < EVENT_LENGTH; this.#next++) {
      data += `data: ${this.#buffer.at(this.#next) ?? ''}\n`;
    }
    return `${event}id: ${this.#next}\n${data}\n`;
  }
}
