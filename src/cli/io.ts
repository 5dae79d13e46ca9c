import type { Readable, Writable } from 'node:stream';

/** A stream to write to; `isTTY` and `columns` are there when it is a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that the command touches outside itself, so that tests can stand in for it. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.platform`. */
  readonly platform: NodeJS.Platform;
  /**
   * Calls back when the user presses Ctrl-C.
   *
   * @returns undoes it.
   */
  onInterrupt(listener: () => void): () => void;
}

/** Writes and waits until the stream has taken it; a reader that has gone away is no error here. */
export function writeText(stream: Output, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (text === '' || stream.destroyed) resolve();
    else stream.write(text, () => resolve());
  });
}

/** Writes lines, each with its line end. */
export function writeLines(stream: Output, lines: readonly string[]): Promise<void> {
  return writeText(stream, lines.map((line) => `${line}\n`).join(''));
}
