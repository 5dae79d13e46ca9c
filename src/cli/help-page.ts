import { padEnd, wrapWords } from '../view/text.ts';
import type { OptionSpec } from './option-table.ts';

const MOST_COLUMNS = 100;
const LEAST_COLUMNS = 60;

/** Columns that help takes in a terminal that has so many. */
export function helpWidth(columns: number): number {
  return Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
}

/** The options of a table, under their headings, in the order of the table's first use of each. */
export function optionGroups(specs: readonly OptionSpec[], width: number): string[] {
  const groups = new Set(specs.map(({ group }) => group));
  return [...groups].flatMap((group) => ['', group, ...optionLines(specs, group, width)]);
}

function optionLines(specs: readonly OptionSpec[], group: string, width: number): string[] {
  const entries = specs
    .filter((spec) => spec.group === group)
    .map((spec): [string, string] => {
      const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
      return [`${short}--${spec.name}${argumentText(spec)}`, spec.help];
    });
  return definitions(entries, 30, width);
}

function argumentText({ arg, isArgument }: OptionSpec): string {
  if (arg === undefined) return '';
  return isArgument === undefined ? ` ${arg}` : ` [${arg}]`;
}

/** Terms in a column, their meaning beside them, or below when the term is too long. */
export function definitions(
  entries: readonly (readonly [string, string])[],
  column: number,
  width: number,
): string[] {
  return entries.flatMap(([term, meaning]) => {
    const text = wrapWords(meaning, width - column - 2);
    const indent = ' '.repeat(column + 2);
    if (term.length > column - 2) return [`  ${term}`, ...text.map((line) => indent + line)];
    const [first = '', ...rest] = text;
    return [`  ${padEnd(term, column)}${first}`, ...rest.map((line) => indent + line)];
  });
}
