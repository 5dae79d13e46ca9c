import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TRACE_FILE_VERSION } from '../trace-file/types.ts';
import { parseSpoolFile, type SpoolFile, type WriterName } from './names.ts';
import { isAlive } from './owner.ts';
import { Row } from './row.ts';
import { WriterReader } from './writer-reader.ts';

/** Bytes that one call of `read` takes: what is between two calls must not wait long. */
const CHUNK = 1024 * 1024;

/** A part of what the traced processes wrote. */
export interface SpoolBatch {
  readonly rows: readonly Row[];
  /** There is more to be read at once. */
  readonly isMore: boolean;
}

/** Reads a spool while its processes write, and removes what it has read. */
export class SpoolReader {
  readonly #folder: string;
  readonly #writers = new Map<string, WriterReader>();
  readonly #ended = new Set<string>();
  readonly #skipped = new Map<string, string>();
  #killed = 0;
  #unreadable = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Threads that were traced. */
  get threads(): number {
    return this.#ended.size + this.#writers.size;
  }

  /** Threads that ended without writing their last records. Worker threads that had written none are not counted. */
  get killed(): number {
    return this.#killed;
  }

  /** Threads whose records cannot be read: they ran as another user. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** Versions of Node that were not traced, as `v18.20.1`, and how many processes had them. */
  get skipped(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const node of this.#skipped.values()) counts.set(node, (counts.get(node) ?? 0) + 1);
    return counts;
  }

  /** Reads what there is, or a part of it. */
  read(): SpoolBatch {
    const rows: Row[] = [];
    let room = CHUNK;
    for (const writer of this.#list()) {
      if (room <= 0) return { rows, isMore: true };
      room -= writer.read(room, rows);
      if (writer.isDone) this.#finish(writer);
    }
    return { rows, isMore: room <= 0 };
  }

  /** Takes note of threads whose process has gone without a word, and reads what they left. */
  sweep(): readonly Row[] {
    const rows: Row[] = [];
    const gone = [...this.#writers.values()].filter(({ name }) => !isAlive(name.pid));
    // Listed after that: what has gone has given its files their last names.
    if (gone.length > 0) this.#list();
    for (const writer of gone) {
      while (writer.read(CHUNK, rows) > 0);
      if (!writer.isDone) {
        // Node's own threads, such as that of module hooks, end so and make no requests.
        if (writer.name.threadId === 0 || writer.hasRead) this.#killed++;
        if (writer.isUnfinished) {
          rows.push(Row.of({ type: 'lost', version: TRACE_FILE_VERSION, records: 1, reason: 'killed' }));
        }
      }
      this.#finish(writer);
    }
    return rows;
  }

  #finish(writer: WriterReader): void {
    if (writer.isUnreadable) this.#unreadable++;
    writer.remove();
    this.#writers.delete(writer.name.name);
    this.#ended.add(writer.name.name);
  }

  /** All that write, and which files they have now. */
  #list(): readonly WriterReader[] {
    for (const writer of this.#writers.values()) writer.files = [];
    for (const file of readdirSync(this.#folder)) {
      const parsed = parseSpoolFile(file);
      if (parsed !== undefined) this.#note(file, parsed);
    }
    return [...this.#writers.values()];
  }

  #note(file: string, parsed: SpoolFile): void {
    switch (parsed.kind) {
      case 'segment':
        this.#writerOf(parsed.writer)?.files.push({ file, number: parsed.number, ended: parsed.ended });
        break;
      case 'lost':
        this.#writerOf(parsed.writer)?.noteLost(file, parsed.records);
        break;
      case 'skipped':
        this.#skipped.set(file, parsed.node);
        unlinkSync(join(this.#folder, file));
        break;
      case 'owner':
        break;
    }
  }

  #writerOf(writer: WriterName): WriterReader | undefined {
    // A thread that was taken for dead, and was not, has begun another segment.
    this.#ended.delete(writer.name);
    const known = this.#writers.get(writer.name);
    if (known !== undefined) return known;
    const added = new WriterReader(this.#folder, writer);
    this.#writers.set(writer.name, added);
    return added;
  }
}
