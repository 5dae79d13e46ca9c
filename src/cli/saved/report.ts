import { closeSync, openSync, writeSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { matchesFilter, type RecordFilter } from '../../analyze/filter.ts';
import type { TraceLine } from '../../trace-file/types.ts';
import { quoteArgument } from '../args.ts';
import { fileProblem, UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { writeLines, writeText, type Io } from '../io.ts';
import { renderReport } from '../page/render-report.ts';
import { readTemplate } from '../page/template.ts';
import { terminalOf } from '../terminal.ts';
import { readReportOptions } from './report-options.ts';
import { reportHelp } from './saved-help.ts';
import { TraceSource } from './trace-source.ts';

/**
 * `httptrace report FILE -o FILE`: makes a page of saved records.
 *
 * @param argv - what follows `report`.
 * @returns the exit code.
 * @throws UsageError when the command line or a file cannot be used.
 */
export async function report(argv: readonly string[], io: Io): Promise<number> {
  const { file, output, filter } = readReportOptions(argv);
  if (file === undefined) {
    await writeLines(io.stdout, reportHelp(terminalOf(io.stdout, io, true).width));
    return EXIT.ok;
  }
  const source = new TraceSource(file, io);
  const stdin = file === '-' ? await buffer(io.stdin) : undefined;
  const lines = wanted(source.linesSync(stdin), filter);
  // Read up to the first line, so that nothing is written when it is no trace file.
  const first = lines.next();
  const pieces = renderReport(readTemplate(), first.done === true ? [] : chain(first.value, lines));
  if (output === '-') for (const piece of pieces) await writeText(io.stdout, piece);
  else writeFile(output, pieces);
  await source.tellSkipped(io);
  return EXIT.ok;
}

function* chain<T>(first: T, rest: Iterable<T>): Generator<T, void, undefined> {
  yield first;
  yield* rest;
}

function* wanted(lines: Iterable<TraceLine>, filter: RecordFilter): Generator<TraceLine, void, undefined> {
  for (const line of lines) if (line.type !== 'roundTrip' || matchesFilter(filter, line)) yield line;
}

function writeFile(path: string, pieces: Iterable<string>): void {
  const fail = (error: unknown): UsageError =>
    new UsageError(`cannot write ${quoteArgument(path)}: ${fileProblem(error)}`);
  let file: number;
  try {
    // Of what a program did, nobody else has to know.
    file = openSync(path, 'w', 0o600);
  } catch (error) {
    throw fail(error);
  }
  try {
    for (const piece of pieces) {
      try {
        writeAll(file, piece);
      } catch (error) {
        throw fail(error);
      }
    }
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from);
}
