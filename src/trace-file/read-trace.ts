import { TraceFileError } from './errors.ts';
import { parseTraceLine } from './parse-line.ts';
import type { TraceLine } from './types.ts';

/** What was read, and what had to be skipped. Filled while reading. */
export interface ReadReport {
  /** Lines of known types. */
  read: number;
  /** Lines that are not JSON, or not what their type must be; the last one, when it was cut off, not among them. */
  broken: number;
  /** Number of the first broken line, from 1. */
  firstBroken: number | undefined;
  /** Lines of types that this version does not know. */
  unknown: number;
  /** Lines of versions that this one does not know. */
  newer: number;
  /** The last line has no end and cannot be read: its writer was stopped, or still writes. */
  cutOff: boolean;
}

/** No line of httptrace's is longer; what is would fill the memory. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** A file whose first lines are none of ours is not read to its end. */
const STRANGE_LINES = 20;

export function newReadReport(): ReadReport {
  return { read: 0, broken: 0, firstBroken: undefined, unknown: 0, newer: 0, cutOff: false };
}

/**
 * Reads a trace file piece by piece. Lines that cannot be used are counted in `report` and skipped, because a file whose
 * writer was killed, or that a newer version wrote, still tells a lot.
 *
 * @param chunks - the file's bytes, in any pieces.
 * @throws TraceFileError when nothing in it is of a trace file: it is empty, compressed, or something else.
 */
export async function* readTrace(
  chunks: AsyncIterable<Uint8Array>,
  report: ReadReport,
): AsyncGenerator<TraceLine, void, undefined> {
  const reader = new TraceReader(report);
  for await (const chunk of chunks) yield* reader.read(chunk);
  yield* reader.end();
}

/** What {@link readTrace} does, for pieces that come otherwise. */
export class TraceReader {
  readonly #report: ReadReport;
  readonly #decoder = new TextDecoder();
  #isEmpty = true;
  /** Pieces of the line that has not ended. */
  #pieces: string[] = [];
  #length = 0;
  #number = 0;
  /** In a line that is too long to keep. */
  #skipping = false;

  constructor(report: ReadReport) {
    this.#report = report;
  }

  /** The lines that end in `chunk`. */
  *read(chunk: Uint8Array): Generator<TraceLine, void, undefined> {
    if (chunk.length === 0) return;
    if (this.#isEmpty) refuseOtherFormats(chunk);
    this.#isEmpty = false;
    const text = this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, end));
      from = end + 1;
      const line = this.#line();
      if (line !== undefined) yield line;
    }
    this.#keep(text.slice(from));
  }

  /** The last line, when it has no end. */
  *end(): Generator<TraceLine, void, undefined> {
    if (this.#isEmpty) throw new TraceFileError('is empty');
    this.#keep(this.#decoder.decode());
    const { broken, firstBroken } = this.#report;
    const line = this.#line();
    if (line !== undefined) yield line;
    if (!hasKnown(this.#report)) throw notATrace();
    if (this.#report.broken === broken) return;
    this.#report.broken = broken;
    this.#report.firstBroken = firstBroken;
    this.#report.cutOff = true;
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length <= LONGEST_LINE) {
      this.#pieces.push(piece);
      return;
    }
    if (!hasKnown(this.#report)) throw notATrace();
    this.#skipping = true;
    this.#pieces = [];
  }

  /** The line that has been gathered; undefined when it is to be skipped. */
  #line(): TraceLine | undefined {
    const report = this.#report;
    const text = this.#pieces.join('');
    const isTooLong = this.#skipping;
    this.#number++;
    this.#pieces = [];
    this.#length = 0;
    this.#skipping = false;
    if (!isTooLong && text.trim() === '') return undefined;
    const line = isTooLong ? 'broken' : parseTraceLine(text);
    if (typeof line !== 'string') {
      report.read++;
      return line;
    }
    report[line]++;
    if (line === 'broken') report.firstBroken ??= this.#number;
    if (report.broken + report.unknown >= STRANGE_LINES && !hasKnown(report)) throw notATrace();
    return undefined;
  }
}

function notATrace(): TraceFileError {
  return new TraceFileError(
    'is no trace file: give one that httptrace run --save, httptrace/register or httptrace --json wrote',
  );
}

const COMPRESSED: readonly (readonly [name: string, unpack: string, magic: readonly number[]])[] = [
  ['gzip', 'gzip -dc', [0x1f, 0x8b]],
  ['zstd', 'zstd -dc', [0x28, 0xb5, 0x2f, 0xfd]],
];

function refuseOtherFormats(chunk: Uint8Array): void {
  for (const [name, unpack, magic] of COMPRESSED) {
    if (magic.every((byte, index) => chunk[index] === byte)) {
      throw new TraceFileError(
        `is compressed with ${name}: unpack it first, as in ${unpack} FILE | httptrace show -`,
      );
    }
  }
  // What PowerShell before version 6 makes of `>`.
  const mark = (chunk[0] ?? 0) * 256 + (chunk[1] ?? 0);
  if (mark === 0xfffe || mark === 0xfeff) {
    throw new TraceFileError('is UTF-16: convert it to UTF-8, or let httptrace write it with --save');
  }
}

/** Lines of unknown types alone are of somebody else: many formats have a `type`. */
function hasKnown(report: ReadReport): boolean {
  return report.read + report.newer > 0;
}
