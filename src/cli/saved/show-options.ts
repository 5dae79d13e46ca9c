import type { RecordFilter } from '../../analyze/filter.ts';
import { parseArgv } from '../args.ts';
import { UsageError } from '../errors.ts';
import { parseObjective, type Objective } from '../objective.ts';
import type { OptionSpec } from '../option-table.ts';
import { Uses } from '../uses.ts';
import { FILTER_OPTIONS, readFilter } from './filter-options.ts';

export const SHOW_OPTIONS = [
  ...FILTER_OPTIONS,
  {
    name: 'slo',
    arg: 'RULE',
    group: 'Limits',
    help: 'Exit with 4 when broken: "p95(wait)<200ms", "max(total)<2s", "mean(ttfb)<80ms", "rate(errors)<1%". Repeatable.',
  },
  { name: 'waterfall', group: 'Output', help: 'The full picture of each request instead of a line.' },
  { name: 'summary', group: 'Output', help: 'The summary and the findings only.' },
  {
    name: 'stack',
    group: 'Output',
    help: 'Where in the application each request was made, when that was recorded.',
  },
  {
    name: 'json',
    group: 'Output',
    help: 'Print the records, one JSON object a line: a trace file of those that pass the filters.',
  },
  {
    name: 'verbose',
    short: 'v',
    group: 'Output',
    help: 'Header fields in pictures, and the phases of every origin in the summary.',
  },
  { name: 'no-color', group: 'Output', help: 'No colours.' },
  { name: 'help', short: 'h', group: 'Other', help: 'Print this and exit.' },
] as const satisfies readonly OptionSpec[];

/** The command line of `httptrace show`, understood. */
export interface ShowOptions {
  /** Undefined: help is wanted. */
  readonly file: string | undefined;
  /** Of the requests that are wanted; empty for all. */
  readonly ids: readonly string[];
  readonly filter: RecordFilter;
  readonly slo: readonly Objective[];
  readonly waterfall: boolean;
  readonly summaryOnly: boolean;
  readonly stack: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
}

/** @throws UsageError that names the option or argument which cannot be used. */
export function readShowOptions(argv: readonly string[]): ShowOptions {
  const { uses, positionals } = parseArgv(argv, SHOW_OPTIONS, 'httptrace show --help');
  const given = new Uses(uses);
  const [file, ...ids] = positionals;
  if (file === undefined && !given.has('help')) {
    throw new UsageError('no file given: httptrace show FILE, or - for standard input');
  }
  return {
    file: given.has('help') ? undefined : file,
    ids,
    filter: readFilter(given),
    slo: given.all('slo').map(parseObjective),
    waterfall: given.has('waterfall'),
    summaryOnly: given.has('summary'),
    stack: given.has('stack'),
    json: given.has('json'),
    verbose: given.has('verbose'),
    noColor: given.has('no-color'),
  };
}
