import { resolve } from 'node:path';
import type { RecordFilter } from '../../analyze/filter.ts';
import { parseArgv } from '../args.ts';
import { parseRate } from '../../spool/settings.ts';
import { UsageError } from '../errors.ts';
import { parseObjective, type Objective } from '../objective.ts';
import type { OptionSpec } from '../option-table.ts';
import { FILTER_OPTIONS, readFilter } from '../saved/filter-options.ts';
import { Uses } from '../uses.ts';
import { splitCommand } from './split-command.ts';

export const RUN_OPTIONS = [
  {
    name: 'live',
    group: 'Output',
    help: 'A waterfall at the foot of the terminal, drawn anew while the command runs, instead of a line a request.',
  },
  {
    name: 'stack',
    group: 'Output',
    help: "Show where in the program's code each request was made. Costs a stack trace a request.",
  },
  {
    name: 'rate',
    arg: 'N',
    group: 'Limits',
    help: 'Record at most N requests a second in each thread, and as many at once; the others are counted. "all" records each, which a program notices that sends thousands a second. Default: 1000, and fewer where recording would take more than a 100th of the time in which the thread is busy.',
  },
  {
    name: 'quiet',
    short: 'q',
    group: 'Output',
    help: 'No lines while the command runs and no summary; files and --slo remain.',
  },
  { name: 'no-color', group: 'Output', help: 'No colours.' },
  {
    name: 'save',
    arg: 'FILE',
    group: 'Files and page',
    help: 'Write all records to a file, one JSON object a line. httptrace show, diff and report read it.',
  },
  {
    name: 'report',
    arg: 'FILE',
    group: 'Files and page',
    help: 'Write a page with all requests (HTML) when the command has ended.',
  },
  {
    name: 'ui',
    group: 'Files and page',
    help: 'Show the requests in the browser while the command runs: prints the address of the page.',
  },
  ...FILTER_OPTIONS,
  {
    name: 'slo',
    arg: 'RULE',
    group: 'Limits',
    help: 'Exit with 4 when broken and the command itself succeeds: "p95(wait)<200ms", "max(total)<2s", "rate(errors)<1%". Repeatable.',
  },
  { name: 'help', short: 'h', group: 'Other', help: 'Print this and exit.' },
] as const satisfies readonly OptionSpec[];

/** What `httptrace run` is asked to do. Files are named, not opened. */
export interface ProgramOptions {
  readonly help: boolean;
  /** The program and its arguments; not empty unless help is asked for. */
  readonly command: readonly string[];
  readonly save: string | undefined;
  readonly report: string | undefined;
  readonly ui: boolean;
  readonly live: boolean;
  readonly stack: boolean;
  /** As given; undefined for the default. */
  readonly rate: string | undefined;
  readonly quiet: boolean;
  readonly noColor: boolean;
  /** Which requests are shown, summed up and measured; files and the page have all. */
  readonly filter: RecordFilter;
  readonly slo: readonly Objective[];
}

/**
 * Reads the words behind `httptrace run`.
 *
 * @throws UsageError when they cannot be used.
 */
export function readProgramOptions(words: readonly string[]): ProgramOptions {
  const { options, command } = splitCommand(words, RUN_OPTIONS);
  const given = new Uses(parseArgv(options, RUN_OPTIONS, 'httptrace run --help').uses);
  const help = given.has('help');
  if (!help && (command[0] === undefined || command[0] === '')) {
    throw new UsageError('no command given: write httptrace run -- node app.js');
  }
  const save = given.one('save', readFile);
  const report = given.one('report', readFile);
  if (save !== undefined && report !== undefined && resolve(save) === resolve(report)) {
    throw new UsageError('--save and --report name the same file');
  }
  return {
    help,
    command,
    save,
    report,
    ui: given.has('ui'),
    live: given.has('live'),
    stack: given.has('stack'),
    rate: given.one('rate', readRate),
    quiet: given.has('quiet'),
    noColor: given.has('no-color'),
    filter: readFilter(given),
    slo: given.all('slo').map(parseObjective),
  };
}

function readRate(value: string, written: string): string {
  if (parseRate(value) !== undefined) return value;
  throw new UsageError(`the value of ${written} is "${value}"; give a number of requests a second, or all`);
}

function readFile(value: string, written: string): string {
  if (value === '') throw new UsageError(`the value of ${written} is empty`);
  return value;
}
