import type { Row } from '../../spool/row.ts';
import { startPageServer, type PageServer } from '../page/page-server.ts';
import { readTemplate } from '../page/template.ts';
import type { LineSink } from './line-sink.ts';
import type { ProgramOptions } from './program-options.ts';
import { ReportFile } from './report-file.ts';
import { SaveFile } from './save-file.ts';

/** Where records go besides the terminal: to files, and to the page in the browser. */
export class Outputs implements LineSink {
  readonly #saved: SaveFile | undefined;
  readonly #report: ReportFile | undefined;
  readonly #page: PageServer | undefined;

  private constructor(
    saved: SaveFile | undefined,
    report: ReportFile | undefined,
    page: PageServer | undefined,
  ) {
    this.#saved = saved;
    this.#report = report;
    this.#page = page;
  }

  /**
   * Opens all that the options name.
   *
   * @throws UsageError when a file cannot be written.
   */
  static async open({ save, report, ui }: ProgramOptions): Promise<Outputs> {
    const saved = save === undefined ? undefined : new SaveFile(save);
    const reported = report === undefined ? undefined : new ReportFile(report);
    const page = ui ? await startPageServer({ template: readTemplate() }) : undefined;
    return new Outputs(saved, reported, page);
  }

  /** Address of the page; undefined when there is none. */
  get url(): string | undefined {
    return this.#page?.url;
  }

  /** What could not be written. */
  get problems(): readonly string[] {
    return [this.#saved?.problem, this.#report?.problem].filter((problem) => problem !== undefined);
  }

  add(row: Row): void {
    this.#saved?.add(row);
    this.#report?.add(row);
    this.#page?.send(row.line);
  }

  flush(): void {
    this.#saved?.flush();
    this.#report?.flush();
  }

  /** Writes what needs all lines. */
  finish(): void {
    this.#saved?.flush();
    this.#report?.finish();
  }

  async close(): Promise<void> {
    this.#saved?.close();
    this.#report?.close();
    await this.#page?.close();
  }
}
