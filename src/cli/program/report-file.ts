import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeRow, type Row } from '../../spool/row.ts';
import { createSpool, removeSpool } from '../../spool/spool.ts';
import type { TraceLine } from '../../trace-file/types.ts';
import { quoteArgument } from '../args.ts';
import { fileProblem, UsageError } from '../errors.ts';
import { renderReport } from '../page/render-report.ts';
import { readTemplate } from '../page/template.ts';
import type { LineSink } from './line-sink.ts';
import { empty, openForWriting, SaveFile } from './save-file.ts';

/** A page that is written when all lines are known. Until then they are in a file, because there may be any number. */
export class ReportFile implements LineSink {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #template: string;
  readonly #folder: string;
  readonly #kept: SaveFile;
  #problem: string | undefined;

  /**
   * Opens the file; what is in it stays until the page is written.
   *
   * @throws UsageError when it cannot be written.
   */
  constructor(path: string) {
    this.#path = path;
    this.#template = readTemplate();
    this.#descriptor = openForWriting(path, '--report');
    // A folder like a spool's, so that the next run removes it when we cannot.
    this.#folder = createFolder();
    this.#kept = new SaveFile(this.#keptFile);
  }

  /** Why the page is not whole; undefined when it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  add(row: Row): void {
    this.#kept.add(row);
  }

  flush(): void {
    this.#kept.flush();
  }

  /** Writes the page. */
  finish(): void {
    this.#kept.flush();
    this.#problem = this.#kept.problem;
    try {
      empty(this.#descriptor);
      for (const piece of renderReport(this.#template, linesIn(this.#keptFile))) {
        writeAll(this.#descriptor, piece);
      }
    } catch (error) {
      this.#problem = `cannot write ${quoteArgument(this.#path)}: ${fileProblem(error)}`;
    }
  }

  close(): void {
    this.#kept.close();
    closeSync(this.#descriptor);
    removeSpool(this.#folder);
  }

  get #keptFile(): string {
    return join(this.#folder, 'kept.jsonl');
  }
}

function createFolder(): string {
  try {
    return createSpool(tmpdir());
  } catch (error) {
    throw new UsageError(`cannot keep records in ${tmpdir()} for --report: ${fileProblem(error)}`);
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

/** The lines of a file that we have written ourselves. */
function* linesIn(path: string): Generator<TraceLine, void, undefined> {
  const descriptor = openSync(path, 'r');
  const decoder = new TextDecoder();
  const chunk = Buffer.alloc(256 * 1024);
  let text = '';
  try {
    for (;;) {
      const length = readSync(descriptor, chunk);
      text += decoder.decode(chunk.subarray(0, length), { stream: length > 0 });
      const rows = text.split('\n');
      text = rows.pop() ?? '';
      for (const row of rows) {
        const line = decodeRow(row);
        if (line !== undefined) yield line;
      }
      if (length === 0) return;
    }
  } finally {
    closeSync(descriptor);
  }
}
