import { parseStatusRange, type RecordFilter } from '../../analyze/filter.ts';
import { quoteArgument } from '../args.ts';
import { UsageError } from '../errors.ts';
import type { OptionSpec } from '../option-table.ts';
import { MILLISECONDS } from '../slo.ts';
import type { Uses } from '../uses.ts';

/** Which requests are meant. The same for all commands that have more than one. */
export const FILTER_OPTIONS = [
  {
    name: 'origin',
    arg: 'ORIGIN',
    group: 'Filters',
    help: 'Requests to https://example.com, example.com (any scheme and port) or *.example.com. Repeatable.',
  },
  {
    name: 'status',
    arg: 'STATUS',
    group: 'Filters',
    help: 'Requests answered with 404, 5xx or 400-499; several by commas. Repeatable.',
  },
  {
    name: 'min-duration',
    arg: 'TIME',
    group: 'Filters',
    help: 'Requests that took at least this: 200ms, 1.5s.',
  },
  { name: 'only-errors', group: 'Filters', help: 'Requests that failed or were answered with 400 or more.' },
] as const satisfies readonly OptionSpec[];

export type FilterOptionName = (typeof FILTER_OPTIONS)[number]['name'];

/**
 * Reads the filter options.
 *
 * @throws UsageError for a status or time that is none.
 */
export function readFilter<Name extends string>(given: Uses<Name | FilterOptionName>): RecordFilter {
  return {
    origins: given.all('origin').flatMap((value) => splitList(value, '--origin')),
    statuses: given.all('status').flatMap((value) => splitList(value, '--status').map(readStatus)),
    minDuration: given.one('min-duration', readDuration) ?? 0,
    onlyErrors: given.has('only-errors'),
  };
}

function splitList(value: string, option: string): string[] {
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new UsageError(`the value of ${option} is empty`);
  return items;
}

function readStatus(text: string): RecordFilter['statuses'][number] {
  const range = parseStatusRange(text);
  if (range !== undefined) return range;
  throw new UsageError(`bad status "${quoteArgument(text)}" for --status: give 404, 5xx or 400-499`);
}

function readDuration(value: string, written: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?|\.\d+)\s*(us|ms|s|m)$/.exec(value.trim()) ?? [];
  if (number === undefined || unit === undefined) {
    throw new UsageError(`bad time "${quoteArgument(value)}" for ${written}: give 200ms or 1.5s`);
  }
  return Number(number) * (MILLISECONDS[unit] ?? 1);
}
