import type { ComparedClient } from './compare.ts';
import { durationScale } from './format.ts';
import { PHASES } from './layout.ts';
import type { Pen } from './pen.ts';
import { medianOf, METRICS, type Metric } from './stats.ts';
import { padEnd, padStart, textWidth, truncateEnd } from './text.ts';

const LABEL_WIDTH = 10;
const LEAST_COLUMN = 9;
const LONGEST_NAME = 12;
const DIFFERENCE = 'difference';
const LARGEST = ' largest';

/** The times of one metric. */
export interface ComparedMetric {
  readonly metric: Metric;
  /** Milliseconds of each client; undefined where it did not happen. */
  readonly values: readonly (number | undefined)[];
  /** From the shortest to the longest; what did not happen took no time. */
  readonly difference: number;
}

/** The median times of clients whose requests worked, for each metric that happened with one of them. */
export function compareTimes(clients: readonly ComparedClient[]): ComparedMetric[] {
  const compared: ComparedMetric[] = [];
  for (const metric of METRICS) {
    const values = clients.map(({ calls }) => medianOf(calls, metric));
    if (values.every((value) => value === undefined)) continue;
    const numbers = values.map((value) => value ?? 0);
    compared.push({ metric, values, difference: Math.max(...numbers) - Math.min(...numbers) });
  }
  return compared;
}

/** The phase in which clients differ most; undefined when there is none. */
export function mostDifferent(compared: readonly ComparedMetric[]): ComparedMetric | undefined {
  const phases = compared.filter(({ metric }) => PHASES.some((phase) => phase === metric));
  return phases.reduce<ComparedMetric | undefined>(
    (most, one) => (one.difference > (most?.difference ?? 0) ? one : most),
    undefined,
  );
}

/** Draws a table: a line a phase, a column a client, and how far they are apart. Failed requests have no times in it. */
export function drawComparedTimes(pen: Pen, all: readonly ComparedClient[]): string[] {
  const clients = all.filter(({ calls }) => calls.length > 0);
  if (clients.length === 0) return [];
  const compared = compareTimes(clients);
  const most = clients.length > 1 ? mostDifferent(compared) : undefined;
  const longest = Math.max(...compared.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const scale = durationScale(longest);
  const names = clients.map(({ name }) => truncateEnd(pen.text(name), LONGEST_NAME, pen.glyph.ellipsis));
  const widths = names.map((name) =>
    Math.max(LEAST_COLUMN, textWidth(name) + 2, scale.number(longest).length + 2),
  );
  const room = pen.width - LABEL_WIDTH - widths.reduce((sum, width) => sum + width, 0);
  const differences = DIFFERENCE.length + 2;
  const hasDifferences = clients.length > 1 && room >= differences;
  const pointer = ` ${pen.glyph.pointer}`;
  const mark = [pointer + LARGEST, pointer, ''].find((text) => differences + text.length <= room) ?? '';
  const heads = names.map((name, index) => padStart(name, widths[index] ?? 0)).join('');
  const heading = heads + (hasDifferences ? padStart(DIFFERENCE, differences) : '');
  const lines = [pen.paint('dim', padEnd(scale.unit, LABEL_WIDTH) + heading)];
  for (const one of compared) {
    const isMost = one === most;
    const style = one.metric === 'total' || one.metric === 'ttfb' ? 'bold' : one.metric;
    const cells = one.values.map((value, index) => {
      const isLongest = isMost && value === Math.max(...one.values.map((other) => other ?? 0));
      const text = value === undefined ? pen.paint('dim', pen.glyph.nothing) : scale.number(value);
      return padStart(isLongest ? pen.paint('warn', text) : text, widths[index] ?? 0);
    });
    const difference = hasDifferences ? padStart(scale.number(one.difference), differences) : '';
    const pointed = isMost && hasDifferences ? pen.paint('warn', mark) : '';
    lines.push(padEnd(pen.paint(style, one.metric), LABEL_WIDTH) + cells.join('') + difference + pointed);
  }
  return lines;
}
