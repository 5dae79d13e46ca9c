import { NO_FILTER, parseStatusRange, type RecordFilter, type StatusRange } from '../../analyze/filter.ts';
import { quoteArgument } from '../args.ts';
import { UsageError } from '../errors.ts';
import { parseSlo, type SloRule } from '../slo.ts';
import type { RunOptionName } from './option-table.ts';
import { parseWords, type RunOptionUse } from './parse-words.ts';

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
  readonly quiet: boolean;
  readonly noColor: boolean;
  /** Which requests are shown, summed up and measured; files have all. */
  readonly filter: RecordFilter;
  readonly slo: readonly SloRule[];
}

const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/**
 * Reads the words behind `httptrace run`.
 *
 * @throws UsageError when they cannot be used.
 */
export function readProgramOptions(words: readonly string[]): ProgramOptions {
  const { uses, command } = parseWords(words);
  const options: ProgramOptions = {
    help: has(uses, 'help'),
    command,
    save: lastFile(uses, 'save'),
    report: lastFile(uses, 'report'),
    ui: has(uses, 'ui'),
    live: has(uses, 'live'),
    stack: has(uses, 'stack'),
    quiet: has(uses, 'quiet'),
    noColor: has(uses, 'no-color'),
    filter: readFilter(uses),
    slo: all(uses, 'slo').map(parseSlo),
  };
  if (options.help) return options;
  if (command[0] === undefined || command[0] === '') {
    throw new UsageError('no command given: write httptrace run -- node app.js');
  }
  return options;
}

function readFilter(uses: readonly RunOptionUse[]): RecordFilter {
  return {
    ...NO_FILTER,
    origins: all(uses, 'origin'),
    statuses: all(uses, 'status').map(readStatus),
    minDuration: Math.max(0, ...all(uses, 'min-duration').map(readDuration)),
    onlyErrors: has(uses, 'only-errors'),
  };
}

function readStatus(value: string): StatusRange {
  const range = parseStatusRange(value);
  if (range !== undefined) return range;
  throw new UsageError(`bad status "${quoteArgument(value)}" for --status: write 404, 5xx or 400-499`);
}

function readDuration(value: string): number {
  const [, number, unit = 'ms'] = /^(\d+(?:\.\d+)?|\.\d+)(us|ms|s|m)?$/.exec(value) ?? [];
  if (number !== undefined) return Number(number) * (MILLISECONDS[unit] ?? 1);
  throw new UsageError(`bad time "${quoteArgument(value)}" for --min-duration: write 100ms or 1.5s`);
}

function lastFile(uses: readonly RunOptionUse[], name: 'save' | 'report'): string | undefined {
  const value = all(uses, name).at(-1);
  if (value === '') throw new UsageError(`the value of --${name} is empty`);
  return value;
}

function has(uses: readonly RunOptionUse[], name: RunOptionName): boolean {
  return uses.some((use) => use.name === name);
}

function all(uses: readonly RunOptionUse[], name: RunOptionName): string[] {
  return uses.filter((use) => use.name === name).map(({ value }) => value);
}
