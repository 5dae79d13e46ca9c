import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Row } from '../../spool/row.ts';
import { fileProblem, UsageError } from '../errors.ts';
import { quoteArgument } from '../args.ts';
import type { LineSink } from './line-sink.ts';

/** Characters that are kept until they are written together. */
const CHUNK = 256 * 1024;

/** A trace file that is being written. */
export class SaveFile implements LineSink {
  readonly #path: string;
  readonly #descriptor: number;
  #text = '';
  #isEmptied = false;
  #problem: string | undefined;

  /**
   * Opens the file; what is in it stays until something is written.
   *
   * @throws UsageError when it cannot be written.
   */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openForWriting(path, '--save');
  }

  /** Why the file is not whole; undefined when it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  add({ text }: Row): void {
    if (this.#problem !== undefined) return;
    this.#text += `${text}\n`;
    if (this.#text.length >= CHUNK) this.flush();
  }

  flush(): void {
    if (this.#text === '' || this.#problem !== undefined) return;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    try {
      if (!this.#isEmptied) empty(this.#descriptor);
      this.#isEmptied = true;
      for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      this.#problem = `cannot write ${quoteArgument(this.#path)}: ${fileProblem(error)}`;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}

const { O_CREAT, O_WRONLY } = constants;

/**
 * Opens a file that only its user may read: it tells what a program asked for. It is not emptied, because it may turn out
 * that the command cannot be run.
 *
 * @param option - by which the user has named it.
 * @throws UsageError when it cannot be written.
 */
export function openForWriting(path: string, option: string): number {
  try {
    return openSync(path, O_WRONLY | O_CREAT, 0o600);
  } catch (error) {
    throw new UsageError(`cannot write ${quoteArgument(path)} for ${option}: ${fileProblem(error)}`);
  }
}

/** Empties a file; pipes and devices have nothing to be emptied. */
export function empty(descriptor: number): void {
  if (fstatSync(descriptor).isFile()) ftruncateSync(descriptor);
}
