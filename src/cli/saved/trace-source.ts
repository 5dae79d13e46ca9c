import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { TraceFileError } from '../../trace-file/errors.ts';
import { newReadReport, readTrace, TraceReader, type ReadReport } from '../../trace-file/read-trace.ts';
import type { TraceLine } from '../../trace-file/types.ts';
import { plural } from '../../view/format.ts';
import { cleanText } from '../../view/text.ts';
import { quoteArgument } from '../args.ts';
import { fileProblem, UsageError } from '../errors.ts';
import { writeLines, type Io } from '../io.ts';

const CHUNK = 256 * 1024;

/** A trace file that the user named; `-` is standard input. */
export class TraceSource {
  readonly name: string;
  readonly report: ReadReport = newReadReport();
  readonly #path: string;
  readonly #stdin: Readable;

  constructor(path: string, io: Pick<Io, 'stdin'>) {
    this.#path = path;
    this.#stdin = io.stdin;
    this.name = path === '-' ? 'standard input' : quoteArgument(path);
  }

  /**
   * The lines, as they are read.
   *
   * @throws UsageError when it cannot be read or is no trace file.
   */
  async *lines(): AsyncGenerator<TraceLine, void, undefined> {
    const chunks: AsyncIterable<Uint8Array> =
      this.#path === '-' ? this.#stdin : createReadStream(this.#path, { highWaterMark: CHUNK });
    try {
      yield* readTrace(chunks, this.report);
    } catch (error) {
      throw this.#problem(error);
    }
  }

  /** As {@link lines}, without a pause for anything else; standard input has to be read before. */
  *linesSync(stdin: Uint8Array | undefined): Generator<TraceLine, void, undefined> {
    const reader = new TraceReader(this.report);
    try {
      if (stdin === undefined) yield* readFile(this.#path, reader);
      else yield* reader.read(stdin);
      yield* reader.end();
    } catch (error) {
      throw this.#problem(error);
    }
  }

  #problem(error: unknown): unknown {
    if (error instanceof TraceFileError) return new UsageError(`${this.name} ${error.message}`);
    if (error instanceof Error && 'syscall' in error) {
      return new UsageError(`cannot read ${this.name}: ${fileProblem(error)}`);
    }
    return error;
  }

  /** Tells on standard error what had to be skipped. */
  async tellSkipped(io: Pick<Io, 'stderr'>): Promise<void> {
    await writeLines(
      io.stderr,
      skippedTexts(this.report).map((text) => `httptrace: ${cleanText(`${this.name}: ${text}`)}`),
    );
  }
}

function* readFile(path: string, reader: TraceReader): Generator<TraceLine, void, undefined> {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(CHUNK);
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      yield* reader.read(buffer.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

function skippedTexts({ broken, firstBroken, newer, unknown, cutOff }: ReadReport): string[] {
  const texts: string[] = [];
  if (broken > 0) {
    texts.push(
      `${plural(broken, 'line')} cannot be read and ${wasOrWere(broken)} skipped (the first is line ${firstBroken})`,
    );
  }
  if (newer > 0) {
    texts.push(
      `${plural(newer, 'line')} of a newer version ${wasOrWere(newer)} skipped: update httptrace to see them`,
    );
  }
  if (unknown > 0) texts.push(`${plural(unknown, 'line')} of an unknown type ${wasOrWere(unknown)} skipped`);
  if (cutOff) texts.push('the last line is cut off: its writer was stopped, or is still writing');
  return texts;
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were';
}
