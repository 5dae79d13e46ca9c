import type { RecordFilter } from '../../analyze/filter.ts';
import { parseArgv } from '../args.ts';
import { UsageError } from '../errors.ts';
import type { OptionSpec } from '../option-table.ts';
import { Uses } from '../uses.ts';
import { FILTER_OPTIONS, readFilter } from './filter-options.ts';

export const REPORT_OPTIONS = [
  ...FILTER_OPTIONS,
  {
    name: 'output',
    short: 'o',
    arg: 'FILE',
    group: 'Output',
    help: 'Write the page to this file; - for standard output.',
  },
  { name: 'help', short: 'h', group: 'Other', help: 'Print this and exit.' },
] as const satisfies readonly OptionSpec[];

/** The command line of `httptrace report`, understood. */
export interface ReportOptions {
  /** Undefined: help is wanted. */
  readonly file: string | undefined;
  /** `-` is standard output. */
  readonly output: string;
  readonly filter: RecordFilter;
}

/** @throws UsageError that names the option or argument which cannot be used. */
export function readReportOptions(argv: readonly string[]): ReportOptions {
  const { uses, positionals } = parseArgv(argv, REPORT_OPTIONS, 'httptrace report --help');
  const given = new Uses(uses);
  const filter = readFilter(given);
  if (given.has('help')) return { file: undefined, output: '', filter };
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('no file given: httptrace report FILE -o report.html');
  if (more.length > 0) throw new UsageError('several files given: a report is made of one');
  const output = given.one('output');
  if (output === undefined || output === '') {
    throw new UsageError(
      'no output given: write it to a file with -o report.html, or to standard output with -o -',
    );
  }
  return { file, output, filter };
}
