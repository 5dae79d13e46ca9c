import type { Diff, EndpointCount, MetricDiff, OriginDiff, ShareDiff, Verdict } from '../analyze/diff.ts';
import { LEAST_CHANGE, LEAST_PAIRS, LEAST_REQUESTS, LEVEL } from '../analyze/diff.ts';
import type { Tally } from '../analyze/summary.ts';
import { durationScale, plural, type DurationScale } from './format.ts';
import { Pen, type PenOptions, type Style } from './pen.ts';
import { fitPainted, padEnd, padStart, truncateMiddle, wrapWords } from './text.ts';

export interface DiffOptions extends PenOptions {
  /** What the runs are called, the first and the second. */
  readonly names: readonly [before: string, after: string];
}

const LABEL_WIDTH = 14;
const LEAST_NUMBER = 10;
const CHANGE_WIDTH = 9;
const LEAST_WIDTH = 40;
const MOST_ENDPOINTS = 15;
const MOST_ORIGINS = 10;

/**
 * Draws a comparison of two runs: each origin with its requests, connections and phases, what of it is more than noise, and
 * which endpoints are new or gone.
 *
 * @returns lines without line ends. Nothing in them that came from the network can control a terminal.
 */
export function drawDiff(diff: Diff, options: DiffOptions): string[] {
  const pen = new Pen({ ...options, width: Math.max(LEAST_WIDTH, options.width) });
  const [before, after] = options.names;
  const lines = [drawRun(pen, 'before', before, diff.before), drawRun(pen, 'after', after, diff.after)];
  for (const origin of diff.origins.slice(0, MOST_ORIGINS)) lines.push('', ...drawOrigin(pen, origin));
  if (diff.origins.length > MOST_ORIGINS) {
    lines.push('', pen.paint('dim', `and ${plural(diff.origins.length - MOST_ORIGINS, 'origin')} more`));
  }
  lines.push(...drawEndpoints(pen, 'new', diff.appeared), ...drawEndpoints(pen, 'gone', diff.gone));
  if (diff.tooManyEndpoints) {
    lines.push('', pen.paint('warn', 'There are too many endpoints to tell which are new or gone.'));
  }
  lines.push('', ...verdictLines(pen, diff));
  return lines.map((line) => fitPainted(line.trimEnd(), pen.width, pen.glyph.ellipsis));
}

/** What a run is called gets the room that its numbers leave. */
function drawRun(pen: Pen, label: string, name: string, tally: Tally): string {
  const total = totalText(tally);
  const room = Math.max(10, pen.width - total.length - 10);
  return `${padEnd(pen.paint('dim', label), 6)}  ${truncateMiddle(pen.text(name), room, pen.glyph.ellipsis)}  ${total}`;
}

function totalText({ requests, opened, bad }: Tally): string {
  const failures = bad === 0 ? '' : `, ${plural(bad, 'error')}`;
  return `${plural(requests, 'request')}, ${plural(opened, 'new connection')}${failures}`;
}

function drawOrigin(pen: Pen, diff: OriginDiff): string[] {
  const { before, after, metrics } = diff;
  const lines = [pen.paint('bold', truncateMiddle(pen.text(diff.origin), pen.width, pen.glyph.ellipsis))];
  const longest = metrics.flatMap((metric) => [metric.before?.p99 ?? 0, metric.after?.p99 ?? 0]);
  const scale = durationScale(Math.max(0, ...longest));
  const row = (label: string, a: string, b: string, change: string, remark: string): void => {
    const numbers = padStart(a, LEAST_NUMBER) + padStart(b, LEAST_NUMBER) + padStart(change, CHANGE_WIDTH);
    lines.push(`  ${padEnd(label, LABEL_WIDTH)}${numbers}  ${remark}`);
  };
  row('', pen.paint('dim', 'before'), pen.paint('dim', 'after'), pen.paint('dim', 'change'), '');
  const nothing = pen.glyph.nothing;
  row('requests', numberText(before?.requests, nothing), numberText(after?.requests, nothing), '', '');
  row('connections', numberText(before?.opened, nothing), numberText(after?.opened, nothing), '', '');
  drawShare(pen, 'reused', diff.reuse, row);
  if ((before?.bad ?? 0) + (after?.bad ?? 0) > 0) drawShare(pen, 'errors', diff.errors, row);
  for (const metric of metrics) drawMetric(pen, metric, scale, row);
  return lines;
}

type Row = (label: string, a: string, b: string, change: string, remark: string) => void;

function drawShare(pen: Pen, name: string, { before, after, verdict }: ShareDiff, row: Row): void {
  if (before === undefined && after === undefined) return;
  const change = before === undefined || after === undefined ? '' : signed((after - before) * 100, ' pt');
  row(name, shareText(pen, before), shareText(pen, after), change, verdictText(pen, verdict));
}

function drawMetric(pen: Pen, diff: MetricDiff, scale: DurationScale, row: Row): void {
  const { metric, before, after, change, verdict } = diff;
  const style: Style = metric === 'total' || metric === 'ttfb' ? 'bold' : metric;
  const label = `${pen.paint(style, metric)} p50 ${pen.paint('dim', scale.unit)}`;
  const text = (one: MetricDiff['before']): string =>
    one === undefined ? pen.glyph.nothing : scale.number(one.p50);
  const shown = change === undefined ? '' : signed(change * 100, ' %');
  const isReal = verdict === 'worse' || verdict === 'better';
  const tail =
    isReal && before !== undefined && after !== undefined
      ? ` (p99 ${scale.number(before.p99)} ${pen.glyph.arrow} ${scale.number(after.p99)})`
      : '';
  row(label, text(before), text(after), shown, verdictText(pen, verdict, ['slower', 'faster']) + tail);
}

function verdictText(
  pen: Pen,
  verdict: Verdict,
  [worse, better]: readonly [string, string] = ['worse', 'better'],
): string {
  switch (verdict) {
    case 'worse':
      return pen.paint('bad', worse);
    case 'better':
      return pen.paint('good', better);
    case 'noise':
      return pen.paint('dim', 'not more than noise');
    case 'few':
      return pen.paint('dim', 'too few to tell');
    case 'appeared':
      return pen.paint('dim', 'only after');
    case 'gone':
      return pen.paint('dim', 'only before');
  }
}

function drawEndpoints(pen: Pen, what: 'new' | 'gone', endpoints: readonly EndpointCount[]): string[] {
  if (endpoints.length === 0) return [];
  const shown = endpoints.slice(0, MOST_ENDPOINTS);
  const lines = ['', pen.paint('bold', `${plural(endpoints.length, 'endpoint')} ${what}`)];
  for (const { endpoint, requests } of shown) {
    const count = String(requests);
    const room = pen.width - count.length - 4;
    lines.push(`  ${padEnd(truncateMiddle(pen.text(endpoint), room, pen.glyph.ellipsis), room)}  ${count}`);
  }
  if (shown.length < endpoints.length)
    lines.push(pen.paint('dim', `  and ${endpoints.length - shown.length} more`));
  return lines;
}

/** What it comes to, and how that was found. */
function verdictLines(pen: Pen, diff: Diff): string[] {
  const all = diff.origins.flatMap(({ errors, reuse, metrics }) => [errors, reuse, ...metrics]);
  const worse = all.filter(({ verdict }) => verdict === 'worse').length;
  const better = all.filter(({ verdict }) => verdict === 'better').length;
  const text =
    diff.tests === 0
      ? `There are too few requests to tell a difference from noise: an origin needs ${LEAST_REQUESTS} in both runs.`
      : worse + better === 0
        ? 'The times, errors and reuse of connections differ by not more than noise.'
        : `More than noise: ${worse} worse, ${better} better.`;
  const style: Style = worse > 0 ? 'bad' : better > 0 ? 'good' : 'bold';
  const method = `A time counts as different when a rank test (Mann-Whitney) says so at the level of ${LEVEL * 100} % divided by ${plural(diff.tests, 'comparison')}, when ${LEAST_PAIRS * 100} % of all pairs of requests show it, and when medians differ by ${LEAST_CHANGE * 100} %. Why two runs differ it cannot tell: compare several.`;
  const lines = wrapWords(text, pen.width).map((line) => pen.paint(style, line));
  if (diff.tests === 0) return lines;
  return [...lines, ...wrapWords(method, pen.width).map((line) => pen.paint('dim', line))];
}

function numberText(value: number | undefined, nothing: string): string {
  return value === undefined ? nothing : String(value);
}

function shareText(pen: Pen, share: number | undefined): string {
  return share === undefined ? pen.glyph.nothing : `${(share * 100).toFixed(1)} %`;
}

function signed(value: number, unit: string): string {
  const text =
    Math.abs(value) >= 999.5
      ? `${Math.round(value / 100) / 10}k`
      : value.toFixed(Math.abs(value) < 9.95 ? 1 : 0);
  return `${value > 0 ? '+' : ''}${Number(text.replace('k', '')) === 0 ? '0' : text}${unit}`;
}
