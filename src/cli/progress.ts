import type { PenOptions } from '../view/pen.ts';
import { writeText, type Output } from './io.ts';

const BAR_WIDTH = 30;
const LEAST_INTERVAL = 100;
const CLEAR_LINE = '\r\u001b[2K';

/** A progress bar for repeated requests; nothing when the stream is not a terminal. */
export class Progress {
  readonly #stream: Output;
  readonly #total: number;
  readonly #terminal: PenOptions;
  readonly #visible: boolean;
  #shownAt = 0;

  constructor(stream: Output, total: number, terminal: PenOptions, silent: boolean) {
    this.#stream = stream;
    this.#total = total;
    this.#terminal = terminal;
    this.#visible = stream.isTTY === true && total > 1 && !silent;
  }

  async show(done: number): Promise<void> {
    const now = performance.now();
    if (!this.#visible || (now - this.#shownAt < LEAST_INTERVAL && done > 0)) return;
    this.#shownAt = now;
    await writeText(this.#stream, CLEAR_LINE + this.#bar(done));
  }

  async clear(): Promise<void> {
    if (this.#visible) await writeText(this.#stream, CLEAR_LINE);
  }

  #bar(done: number): string {
    const filled = Math.round((done / this.#total) * BAR_WIDTH);
    const [full, empty] = this.#terminal.unicode ? ['█', '░'] : ['#', '-'];
    return `${full.repeat(filled)}${empty.repeat(BAR_WIDTH - filled)} ${done}/${this.#total}`;
  }
}
