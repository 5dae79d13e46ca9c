import { durationScale, plural } from './format.ts';
import { Pen, type PenOptions, type Style } from './pen.ts';
import { countConnections, summarize, type Call, type Distribution } from './stats.ts';
import { padEnd, padStart } from './text.ts';

const LABEL_WIDTH = 12;
const COUNT_WIDTH = 7;
const LEAST_RANGE_WIDTH = 20;
const COLUMNS = ['min', 'p50', 'p90', 'p99', 'max'] as const;

/**
 * Draws the distribution of each phase over those repeated calls that worked, and how connections were reused. Wide terminals get a
 * picture of each distribution beside the numbers.
 *
 * @returns lines without line ends.
 */
export function drawStats(calls: readonly Call[], options: PenOptions): string[] {
  const pen = new Pen(options);
  // How long a failed call took says nothing about the others.
  const distributions = summarize(calls.filter((call) => !hasFailed(call)));
  if (distributions.length === 0) return [summaryLine(pen, calls)];
  const longest = Math.max(0, ...distributions.map((distribution) => distribution.max));
  const scale = durationScale(longest);
  const width = Math.max(9, scale.number(longest).length + 2);
  const numbers = LABEL_WIDTH + COUNT_WIDTH + COLUMNS.length * width;
  const range = options.width - numbers - 3;
  const head = COLUMNS.map((column) => padStart(column, width)).join('');
  const lines = [
    summaryLine(pen, calls),
    '',
    pen.paint('dim', padEnd(scale.unit, LABEL_WIDTH) + padStart('count', COUNT_WIDTH) + head),
  ];
  for (const distribution of distributions) {
    const style: Style = styleOf(distribution);
    const cells = COLUMNS.map((column) => padStart(scale.number(distribution[column]), width)).join('');
    const name = padEnd(pen.paint(style, distribution.metric), LABEL_WIDTH);
    const picture = range < LEAST_RANGE_WIDTH ? '' : `   ${drawRange(pen, distribution, longest, range)}`;
    lines.push((name + padStart(String(distribution.count), COUNT_WIDTH) + cells + picture).trimEnd());
  }
  return lines;
}

function summaryLine(pen: Pen, calls: readonly Call[]): string {
  const { requests, opened, reused } = countConnections(calls);
  const failed = calls.filter(hasFailed).length;
  const items = [pen.paint('bold', plural(requests, 'request'))];
  if (failed > 0) items.push(pen.paint('bad', `${failed} failed`));
  items.push(plural(opened, 'new connection'), `${reused} reused`);
  return items.join(pen.glyph.separator);
}

function hasFailed(call: Call): boolean {
  return call.some((record) => record.outcome !== 'ok');
}

function styleOf({ metric }: Distribution): Style {
  return metric === 'total' || metric === 'ttfb' ? 'bold' : metric;
}

/** From min to max a line, from p50 to p90 a block. */
function drawRange(
  pen: Pen,
  { min, p50, p90, max, metric }: Distribution,
  longest: number,
  columns: number,
): string {
  const at = (value: number): number =>
    longest === 0 ? 0 : Math.min(columns - 1, Math.floor((value / longest) * columns));
  const block = pen.unicode ? '█' : '#';
  const style = metric === 'total' || metric === 'ttfb' ? 'mark' : metric;
  let line = ' '.repeat(at(min));
  for (let column = at(min); column <= at(max); column++) {
    const inBlock = column >= at(p50) && column <= at(p90);
    line += inBlock ? pen.paint(style, block) : pen.paint('dim', pen.glyph.line);
  }
  return line;
}
