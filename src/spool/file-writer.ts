import type { ProcessInfo } from '../record/types.ts';
import { TRACE_FILE_VERSION } from '../trace-file/types.ts';
import { appendTo } from './append.ts';
import { encodeRow } from './row.ts';
import type { Sink } from './sink.ts';

/** Appends rows to one trace file, which several processes may share: each batch is one write at its end. */
export class FileWriter implements Sink {
  readonly isAbandoned = false;
  readonly #path: string;
  readonly #limit: number;
  readonly #process: ProcessInfo;
  #rest: Buffer = Buffer.alloc(0);
  #lost = 0;

  /**
   * @param path - absolute, so that the program may change its folder.
   * @param limit - bytes; a file that has as many is left as it is.
   */
  constructor(path: string, limit: number, process: ProcessInfo) {
    this.#path = path;
    this.#limit = limit;
    this.#process = process;
  }

  write(rows: string): boolean {
    try {
      // A line that was begun is finished, whatever the limit.
      if (this.#rest.length > 0 && !this.#append(this.#rest, Infinity)) return false;
      const bytes = Buffer.from(this.#lostRow() + rows);
      const isWhole = this.#append(bytes, this.#limit);
      if (!isWhole && this.#rest.length === 0) return false;
      this.#lost = 0;
      return true;
    } catch {
      return false;
    }
  }

  lose(records: number): void {
    this.#lost += records;
  }

  end(): void {
    if (this.#rest.length > 0 || this.#lost > 0) this.write('');
  }

  /** Writes as much as can be written and keeps the rest, if there was room for anything. */
  #append(bytes: Buffer, limit: number): boolean {
    const { written, error } = appendTo(this.#path, bytes, true, limit);
    if (written > 0) this.#rest = bytes.subarray(written);
    return error === undefined;
  }

  #lostRow(): string {
    if (this.#lost === 0) return '';
    return encodeRow({
      type: 'lost',
      version: TRACE_FILE_VERSION,
      process: this.#process,
      records: this.#lost,
      reason: 'disk',
    });
  }
}
