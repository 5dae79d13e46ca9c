import { writeText, type Output } from '../io.ts';

/** Characters that are gathered before they are written. */
const BATCH = 32 * 1024;

/** Writes many lines with few writes, and never faster than the stream takes them. */
export class BatchedLines {
  readonly #stream: Output;
  #text = '';

  constructor(stream: Output) {
    this.#stream = stream;
  }

  /** A promise when it is time to wait. */
  write(line: string): Promise<void> | undefined {
    this.#text += `${line}\n`;
    return this.#text.length < BATCH ? undefined : this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await writeText(this.#stream, text);
  }
}
