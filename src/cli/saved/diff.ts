import { compareRuns, type Diff } from '../../analyze/diff.ts';
import { matchesFilter, type RecordFilter } from '../../analyze/filter.ts';
import { RunCounts } from '../../analyze/run-counts.ts';
import { drawDiff } from '../../view/diff-table.ts';
import { EXIT } from '../exit-codes.ts';
import { writeLines, type Io } from '../io.ts';
import { jsonLine } from '../json-output.ts';
import { terminalOf } from '../terminal.ts';
import { readDiffOptions } from './diff-options.ts';
import { diffHelp } from './saved-help.ts';
import { TraceSource } from './trace-source.ts';

/**
 * `httptrace diff BEFORE AFTER`: compares two runs.
 *
 * @param argv - what follows `diff`.
 * @returns the exit code; 4 for a regression, when that is asked for.
 * @throws UsageError when the command line or a file cannot be used.
 */
export async function diff(argv: readonly string[], io: Io): Promise<number> {
  const { files, filter, failOnRegression, json, noColor } = readDiffOptions(argv);
  const terminal = terminalOf(io.stdout, io, noColor);
  if (files === undefined) {
    await writeLines(io.stdout, diffHelp(terminal.width));
    return EXIT.ok;
  }
  const [before, after] = [new TraceSource(files[0], io), new TraceSource(files[1], io)];
  const compared = compareRuns(await count(before, filter), await count(after, filter));
  await before.tellSkipped(io);
  await after.tellSkipped(io);
  await writeLines(
    io.stdout,
    json ? [jsonOf(compared)] : drawDiff(compared, { ...terminal, names: [before.name, after.name] }),
  );
  return failOnRegression && compared.regressed ? EXIT.slo : EXIT.ok;
}

async function count(source: TraceSource, filter: RecordFilter): Promise<RunCounts> {
  const counts = new RunCounts();
  for await (const line of source.lines()) {
    if (line.type !== 'roundTrip' || matchesFilter(filter, line)) counts.add(line);
  }
  return counts;
}

function jsonOf(compared: Diff): string {
  return jsonLine({ type: 'diff', version: 1, ...compared });
}
