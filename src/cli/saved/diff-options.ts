import type { RecordFilter } from '../../analyze/filter.ts';
import { parseArgv } from '../args.ts';
import { UsageError } from '../errors.ts';
import type { OptionSpec } from '../option-table.ts';
import { Uses } from '../uses.ts';
import { FILTER_OPTIONS, readFilter } from './filter-options.ts';

export const DIFF_OPTIONS = [
  ...FILTER_OPTIONS,
  {
    name: 'fail-on-regression',
    group: 'Limits',
    help: 'Exit with 4 when something got worse by more than noise: a slower phase, more failures, fewer connections used again.',
  },
  { name: 'json', group: 'Output', help: 'Print the comparison as one JSON object.' },
  { name: 'no-color', group: 'Output', help: 'No colours.' },
  { name: 'help', short: 'h', group: 'Other', help: 'Print this and exit.' },
] as const satisfies readonly OptionSpec[];

/** The command line of `httptrace diff`, understood. */
export interface DiffOptions {
  /** Undefined: help is wanted. */
  readonly files: readonly [before: string, after: string] | undefined;
  readonly filter: RecordFilter;
  readonly failOnRegression: boolean;
  readonly json: boolean;
  readonly noColor: boolean;
}

/** @throws UsageError that names the option or argument which cannot be used. */
export function readDiffOptions(argv: readonly string[]): DiffOptions {
  const { uses, positionals } = parseArgv(argv, DIFF_OPTIONS, 'httptrace diff --help');
  const given = new Uses(uses);
  const [before, after, ...more] = positionals;
  const options = {
    filter: readFilter(given),
    failOnRegression: given.has('fail-on-regression'),
    json: given.has('json'),
    noColor: given.has('no-color'),
  };
  if (given.has('help')) return { files: undefined, ...options };
  if (before === undefined || after === undefined || more.length > 0) {
    throw new UsageError(`${positionals.length} files given: httptrace diff BEFORE AFTER compares two`);
  }
  if (before === '-' && after === '-')
    throw new UsageError('standard input is one run: name a file for the other');
  return { files: [before, after], ...options };
}
