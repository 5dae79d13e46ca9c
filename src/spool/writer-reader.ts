import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessInfo } from '../record/types.ts';
import { TRACE_FILE_VERSION } from '../trace-file/types.ts';
import type { WriterName } from './names.ts';
import { Row } from './row.ts';
import { codeOf } from './system.ts';

const LINE_END = 10;
/** What is read stays here only until its lines are taken. */
const shared = Buffer.alloc(256 * 1024);

/** A segment that is there. */
export interface SegmentFile {
  readonly file: string;
  readonly number: number;
  readonly ended: boolean;
}

/** Reads what one thread writes, segment by segment. */
export class WriterReader {
  readonly name: WriterName;
  /** Its segments at the moment, put here by whoever lists the folder. */
  files: SegmentFile[] = [];
  readonly #folder: string;
  #number = 1;
  #offset = 0;
  /** The beginning of a line whose end has not been written yet. */
  #begun: Buffer = Buffer.alloc(0);
  /** Of the first row that tells. */
  #process: ProcessInfo | undefined;
  #lost = 0;
  #lostTold = 0;
  readonly #lostFiles = new Set<string>();
  #isDone = false;
  #isUnreadable = false;

  constructor(folder: string, name: WriterName) {
    this.#folder = folder;
    this.name = name;
  }

  /** All is read, and nothing more will come. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The system does not let us read it. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** Something was read. */
  get hasRead(): boolean {
    return this.#offset > 0 || this.#number > 1;
  }

  /** The last line has no end. */
  get isUnfinished(): boolean {
    return this.#begun.length > 0;
  }

  /** Takes note of how many records were lost in all, which the name of `file` tells. */
  noteLost(file: string, records: number): void {
    this.#lostFiles.add(file);
    this.#lost = Math.max(this.#lost, records);
  }

  /**
   * Reads at most that many bytes.
   *
   * @param rows - what was read is put here.
   * @returns bytes that were read.
   */
  read(most: number, rows: Row[]): number {
    let taken = 0;
    while (taken < most) {
      const current = this.files.find(({ number }) => number === this.#number);
      if (current === undefined && !this.#skipToNext()) break;
      if (current === undefined) continue;
      const bytes = this.#readBytes(current.file, most - taken);
      taken += bytes.length;
      this.#offset += bytes.length;
      this.#take(bytes, rows);
      if (bytes.length > 0) continue;
      if (!this.#leave(current)) break;
    }
    if (this.#lost > this.#lostTold) {
      rows.push(this.#lostRow(this.#lost - this.#lostTold));
      this.#lostTold = this.#lost;
    }
    return taken;
  }

  /** Removes all its files. */
  remove(): void {
    for (const file of [...this.files.map(({ file }) => file), ...this.#lostFiles]) this.#unlink(file);
  }

  /** Goes on to the next segment when there is one, or ends. */
  #leave(current: SegmentFile): boolean {
    const isLast = !this.files.some(({ number }) => number > current.number);
    if (isLast) {
      if (current.ended || this.#isUnreadable) this.#isDone = true;
      return false;
    }
    this.#unlink(current.file);
    this.#number = current.number + 1;
    this.#offset = 0;
    return true;
  }

  /** A segment can be missing when this thread was taken for dead and was not. */
  #skipToNext(): boolean {
    const next = this.files.map(({ number }) => number).filter((number) => number > this.#number);
    if (next.length === 0) return false;
    this.#number = Math.min(...next);
    this.#offset = 0;
    return true;
  }

  #readBytes(file: string, most: number): Buffer {
    let descriptor: number;
    try {
      descriptor = openSync(join(this.#folder, file), 'r');
    } catch (error) {
      // ENOENT: it has ended and got another name since the folder was listed.
      if (codeOf(error) === 'EACCES') this.#isUnreadable = true;
      return Buffer.alloc(0);
    }
    try {
      const length = readSync(descriptor, shared, 0, Math.min(most, shared.length), this.#offset);
      return shared.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  }

  #take(bytes: Buffer, rows: Row[]): void {
    const end = bytes.lastIndexOf(LINE_END) + 1;
    if (end === 0) {
      this.#begun = Buffer.concat([this.#begun, bytes]);
      return;
    }
    const whole = Buffer.concat([this.#begun, bytes.subarray(0, end - 1)]).toString('utf8');
    this.#begun = Buffer.from(bytes.subarray(end));
    for (const text of whole.split('\n')) {
      const row = Row.read(text);
      if (this.#process === undefined && 'process' in row.line) this.#process = row.line.process;
      rows.push(row);
    }
  }

  #lostRow(records: number): Row {
    const process = this.#process === undefined ? {} : { process: this.#process };
    return Row.of({ type: 'lost', version: TRACE_FILE_VERSION, ...process, records, reason: 'disk' });
  }

  #unlink(file: string): void {
    try {
      unlinkSync(join(this.#folder, file));
    } catch {
      // The whole spool goes in the end.
    }
  }
}
