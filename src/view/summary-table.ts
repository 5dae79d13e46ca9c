import type { MetricSummary, OriginSummary, Summary, Tally } from '../analyze/summary.ts';
import { durationScale, formatBytes, formatDuration, plural, type DurationScale } from './format.ts';
import { Pen, type PenOptions, type Style } from './pen.ts';
import { requestLine } from './request-line.ts';
import { fitPainted, padEnd, padStart, textWidth, truncateMiddle } from './text.ts';

export interface SummaryOptions extends PenOptions {
  /** How many origins are shown with their phases; further ones get a line. Default: 3. */
  readonly detailed?: number;
}

const DETAILED = 3;
/** A crawler's origins would push everything else off the screen. */
const MOST_LINES = 20;
const LEAST_WIDTH = 40;
const SLOWEST = 5;
const COUNT_WIDTH = 8;
const LEAST_NUMBER = 9;
const PERCENTILES = ['p50', 'p90', 'p99', 'max'] as const;

/**
 * Draws what was counted: all together, each origin with its connections and the distribution of its phases, the slowest
 * requests, and what is missing.
 *
 * @returns lines without line ends. Nothing in them that came from the network can control a terminal.
 */
export function drawSummary(summary: Summary, options: SummaryOptions): string[] {
  const pen = new Pen({ ...options, width: Math.max(LEAST_WIDTH, options.width) });
  const lines = [...drawTotal(pen, summary)];
  const detailed = summary.origins.slice(0, options.detailed ?? DETAILED);
  const others = summary.origins.slice(detailed.length);
  for (const origin of detailed) lines.push('', ...drawOrigin(pen, origin));
  if (others.length > 0) lines.push('', ...drawOthers(pen, others));
  if (summary.slowest.length > 1) lines.push('', ...drawSlowest(pen, summary));
  return lines.map((line) => fitPainted(line.trimEnd(), pen.width, pen.glyph.ellipsis));
}

function drawTotal(pen: Pen, summary: Summary): string[] {
  const { span, processes, lost } = summary;
  const items = [pen.paint('bold', plural(summary.requests, 'request')), ...outcomeItems(pen, summary)];
  if (processes > 1) items.push(`${processes} processes`);
  if (span !== undefined) items.push(formatDuration(span.to - span.from));
  if (summary.bodyBytes > 0) items.push(`${formatBytes(summary.bodyBytes)} received`);
  const lines = wrapItems(pen, items);
  for (const { reason, records } of lost) {
    lines.push(...wrapItems(pen, [pen.paint('warn', lossText(reason, records))]));
  }
  return lines;
}

type Loss = Summary['lost'][number]['reason'];

function lossText(reason: Loss, records: number): string {
  if (reason === 'rate') {
    return `${plural(records, 'more request')} not recorded: too many in a second (--rate)`;
  }
  return `${plural(records, 'record')} lost: ${LOSSES[reason]}`;
}

const LOSSES: Readonly<Record<Exclude<Loss, 'rate'>, string>> = {
  memory: 'they came faster than they could be written',
  disk: 'there was no space for them, or the limit was reached',
  killed: 'their process was ended before it could write them',
  broken: 'what was written could not be read',
};

function outcomeItems(pen: Pen, tally: Tally): string[] {
  const items: string[] = [];
  if (tally.failed > 0) items.push(pen.paint('bad', `${tally.failed} failed`));
  const answeredBadly = tally.bad - tally.failed;
  if (answeredBadly > 0) items.push(pen.paint('bad', `${answeredBadly} answered 400 or more`));
  if (tally.incomplete > 0) items.push(pen.paint('warn', `${tally.incomplete} not finished`));
  if (tally.redirects > 0) items.push(plural(tally.redirects, 'redirect'));
  if (tally.retries > 0) items.push(`${tally.retries} sent again`);
  if (tally.mocked > 0) items.push(`${tally.mocked} mocked`);
  return items;
}

function drawOrigin(pen: Pen, summary: OriginSummary): string[] {
  const items = [
    plural(summary.requests, 'request'),
    ...outcomeItems(pen, summary),
    ...reuseItems(pen, summary),
  ];
  const lines = [
    pen.paint('bold', originText(pen, summary, pen.width)),
    ...wrapItems(pen, items).map((line) => `  ${line}`),
  ];
  const statuses = summary.statuses.slice(0, 6).map(({ status, count }) => `${status} ${times(pen)}${count}`);
  const errors = summary.errors
    .slice(0, 4)
    .map(({ code, phase, count }) =>
      pen.text(`${code}${phase === undefined ? '' : ` in ${phase}`} ${times(pen)}${count}`),
    );
  if (summary.requests > 1 || errors.length > 0) {
    const all = [...statuses, ...errors.map((text) => pen.paint('bad', text))];
    lines.push(...wrapItems(pen, all).map((line) => `  ${line}`));
  }
  if (summary.metrics.length > 0) lines.push(...drawMetrics(pen, summary.metrics));
  return lines;
}

function times(pen: Pen): string {
  return pen.unicode ? '×' : 'x';
}

function originText(pen: Pen, { origin }: OriginSummary, width: number): string {
  return truncateMiddle(origin === undefined ? 'other origins' : pen.text(origin), width, pen.glyph.ellipsis);
}

function reuseItems(pen: Pen, { opened, reused, reuseRatio }: Tally): string[] {
  if (reuseRatio === undefined) return [];
  const percent = `${Math.floor(reuseRatio * 100)} % reused`;
  return [plural(opened, 'new connection'), reused === 0 ? 'none reused' : pen.paint('good', percent)];
}

function drawMetrics(pen: Pen, metrics: readonly MetricSummary[]): string[] {
  const scale = durationScale(Math.max(...metrics.map(({ max }) => max)));
  const width = Math.max(LEAST_NUMBER, ...metrics.map(({ max }) => scale.number(max).length + 2));
  const head = PERCENTILES.map((name) => padStart(name, width)).join('');
  return [
    pen.paint('dim', `  ${padEnd(scale.unit, 10)}${padStart('count', COUNT_WIDTH)}${head}`),
    ...metrics.map((metric) => drawMetric(pen, metric, scale, width)),
  ];
}

function drawMetric(pen: Pen, metric: MetricSummary, scale: DurationScale, width: number): string {
  const style: Style = metric.metric === 'total' || metric.metric === 'ttfb' ? 'bold' : metric.metric;
  const cells = PERCENTILES.map((name) => padStart(scale.number(metric[name]), width)).join('');
  return `  ${padEnd(pen.paint(style, metric.metric), 10)}${padStart(String(metric.count), COUNT_WIDTH)}${cells}`;
}

function drawOthers(pen: Pen, origins: readonly OriginSummary[]): string[] {
  const shown = origins.length > MOST_LINES ? origins.slice(0, MOST_LINES - 1) : origins;
  const totals = shown.map((origin) => origin.metrics.find(({ metric }) => metric === 'total'));
  const scale = durationScale(Math.max(0, ...totals.map((total) => total?.max ?? 0)));
  const columns = ['requests', 'failed', 'new', `p50 ${scale.unit}`, 'p99'].map((name) =>
    padStart(name, LEAST_NUMBER),
  );
  const room = pen.width - columns.length * LEAST_NUMBER;
  const lines = [pen.paint('dim', padEnd('further origins', room) + columns.join(''))];
  for (const [index, origin] of shown.entries()) {
    const total = totals[index];
    const cells = [
      String(origin.requests),
      origin.failed === 0 ? pen.glyph.nothing : pen.paint('bad', String(origin.failed)),
      String(origin.opened),
      total === undefined ? pen.glyph.nothing : scale.number(total.p50),
      total === undefined ? pen.glyph.nothing : scale.number(total.p99),
    ];
    const name = padEnd(originText(pen, origin, room - 1), room);
    lines.push(name + cells.map((cell) => padStart(cell, LEAST_NUMBER)).join(''));
  }
  if (shown.length < origins.length)
    lines.push(pen.paint('dim', `and ${origins.length - shown.length} more`));
  return lines;
}

function drawSlowest(pen: Pen, { slowest }: Summary): string[] {
  const shown = slowest.slice(0, SLOWEST);
  const ids = shown.map(({ id }) => truncateMiddle(pen.text(id), 16, pen.glyph.ellipsis));
  const width = Math.max(...ids.map(textWidth));
  return [
    pen.paint('bold', 'slowest'),
    ...shown.map((record, index) => {
      const line = requestLine(record, { pen, width: pen.width - width - 4 });
      return `  ${padEnd(pen.paint('dim', ids[index] ?? ''), width)}  ${line}`;
    }),
  ];
}

function wrapItems(pen: Pen, items: readonly string[]): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const longer = `${lines.at(-1) ?? ''}${pen.glyph.separator}${item}`;
    if (lines.length > 0 && textWidth(longer) <= pen.width - 2) lines[lines.length - 1] = longer;
    else lines.push(item);
  }
  return lines;
}
