import { writeText, type Output } from '../io.ts';

/** What we say on a stream that the command writes to as well. It may go away: that ends what we say and nothing else. */
export class Voice {
  readonly stream: Output;
  #isGone = false;

  constructor(stream: Output) {
    this.stream = stream;
    // The listener of the plain command ends the process, which here would leave the command alone.
    stream.removeAllListeners('error');
    stream.on('error', () => {
      this.#isGone = true;
    });
  }

  /** Writes without waiting. */
  write(text: string): void {
    if (!this.#isGone) this.stream.write(text);
  }

  /** Writes lines, each with its line end, and waits until the stream has taken them. */
  async lines(lines: readonly string[]): Promise<void> {
    if (!this.#isGone && lines.length > 0) {
      await writeText(this.stream, lines.map((line) => `${line}\n`).join(''));
    }
  }
}
