import { appendTo, createPrivate } from './append.ts';
import { endedFile, lostFile, parseSpoolFile, segmentFile, type WriterName } from './names.ts';
import { isAbandoned } from './owner.ts';
import type { Sink } from './sink.ts';
import { codeOf, readdirSync, renameSync, rmdirSync, statSync, unlinkSync } from './system.ts';

/** The reader removes a segment when it has read it and the next has begun. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** What all segments of a spool may take when nobody reads; looked at when a segment is full. */
const SPOOL_BYTES = 256 * 1024 * 1024;

/** Limits that tests make smaller. */
export interface SegmentLimits {
  readonly segmentBytes?: number;
  readonly spoolBytes?: number;
}

/** Writes the rows of one thread into its files in a spool. */
export class SegmentWriter implements Sink {
  readonly #folder: string;
  readonly #writer: WriterName;
  readonly #owner: number;
  readonly #segmentBytes: number;
  readonly #spoolBytes: number;
  #number = 1;
  #size = 0;
  /** What the disk did not take of rows that were begun; comes before all others. */
  #rest: Buffer = Buffer.alloc(0);
  #lost = 0;
  #lostName: string | undefined;
  #isAbandoned = false;

  /**
   * Makes the first file, by which the reader learns of the thread.
   *
   * @param owner - process id of the reader.
   * @throws what the system says when it cannot.
   */
  constructor(folder: string, writer: WriterName, owner: number, limits: SegmentLimits = {}) {
    this.#folder = folder;
    this.#writer = writer;
    this.#owner = owner;
    this.#segmentBytes = limits.segmentBytes ?? SEGMENT_BYTES;
    this.#spoolBytes = limits.spoolBytes ?? SPOOL_BYTES;
    createPrivate(this.#path(segmentFile(writer, 1)));
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  write(rows: string): boolean {
    if (this.#isAbandoned) return false;
    try {
      // A line is in one segment.
      if (this.#rest.length > 0 && !this.#append(this.#rest)) return false;
      if (rows === '') return true;
      if (this.#size >= this.#segmentBytes && !this.#nextSegment()) return false;
      if (this.#append(Buffer.from(rows))) return true;
      // Taken, though the disk has not taken all of it: what it left is kept.
      return this.#rest.length > 0;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') this.#onMissing();
      return false;
    }
  }

  lose(records: number): void {
    this.#lost += records;
    const name = lostFile(this.#writer, this.#lost);
    try {
      if (this.#lostName === undefined) createPrivate(this.#path(name));
      else renameSync(this.#path(this.#lostName), this.#path(name));
      this.#lostName = name;
    } catch {
      // Told with the next.
    }
  }

  end(): void {
    this.write('');
    if (this.#rest.length > 0) this.lose(countLines(this.#rest));
    if (this.#isAbandoned) return;
    if (isAbandoned(this.#folder, this.#owner)) {
      this.#abandon();
      return;
    }
    try {
      renameSync(
        this.#path(segmentFile(this.#writer, this.#number)),
        this.#path(endedFile(this.#writer, this.#number)),
      );
    } catch {
      // The reader sees that the process has gone.
    }
  }

  /** Writes as much as can be written and keeps the rest, if there was room for anything. */
  #append(bytes: Buffer): boolean {
    const path = this.#path(segmentFile(this.#writer, this.#number));
    const { written, size, error } = appendTo(path, bytes, false);
    this.#size = size;
    if (written > 0) this.#rest = bytes.subarray(written);
    return error === undefined;
  }

  #nextSegment(): boolean {
    if (isAbandoned(this.#folder, this.#owner)) {
      this.#abandon();
      return false;
    }
    if (this.#spoolSize() >= this.#spoolBytes) return false;
    createPrivate(this.#path(segmentFile(this.#writer, this.#number + 1)));
    this.#number++;
    this.#size = 0;
    return true;
  }

  #spoolSize(): number {
    let bytes = 0;
    for (const file of readdirSync(this.#folder)) {
      if (parseSpoolFile(file)?.kind !== 'segment') continue;
      try {
        bytes += statSync(this.#path(file)).size;
      } catch {
        // Read and removed meanwhile.
      }
    }
    return bytes;
  }

  /** The segment has gone: with the whole spool, or because the reader took this thread for dead. */
  #onMissing(): void {
    try {
      statSync(this.#folder);
    } catch {
      this.#isAbandoned = true;
      return;
    }
    this.#size = this.#segmentBytes;
  }

  /** Leaves nothing behind when the reader has died: no other process will tidy up before the next run. */
  #abandon(): void {
    this.#isAbandoned = true;
    try {
      for (const file of readdirSync(this.#folder)) {
        const parsed = parseSpoolFile(file);
        const isOwn = parsed !== undefined && 'writer' in parsed && parsed.writer.name === this.#writer.name;
        if (isOwn) unlinkSync(this.#path(file));
      }
      rmdirSync(this.#folder);
    } catch {
      // Others still write, or the owner's file is there; the next run removes it.
    }
  }

  #path(file: string): string {
    return `${this.#folder}/${file}`;
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
