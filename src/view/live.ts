import type { RoundTripRecord } from '../record/types.ts';
import { formatDuration } from './format.ts';
import { explainFailure } from './explain.ts';
import type { Pen } from './pen.ts';
import { drawPhaseStrip } from './phase-strip.ts';
import { fitPainted, padEnd, padStart, truncateMiddle } from './text.ts';

/** What the waterfall at the foot of a terminal shows. */
export interface LiveView {
  /** The latest requests, in the order in which they finished; as many as there are lines for. */
  readonly records: readonly RoundTripRecord[];
  /** How many have finished in all, and how many of them failed. */
  readonly requests: number;
  readonly failed: number;
}

const METHOD_WIDTH = 7;
const STATUS_WIDTH = 4;
const TIME_WIDTH = 9;
const LEAST_WIDTH = 40;
/** Of the line, for host and path. */
const TARGET_SHARE = 0.35;

/**
 * Draws the latest requests on one time axis, a line each.
 *
 * @param lines - how many there may be, at least 2.
 * @returns that many lines, without line ends. Nothing in them that came from the network can control a terminal.
 */
export function drawLive(view: LiveView, pen: Pen, lines: number): string[] {
  const width = Math.max(LEAST_WIDTH, pen.width);
  const records = view.records.slice(1 - lines);
  const from = Math.min(...records.map(({ wallTime }) => wallTime));
  const to = Math.max(...records.map(({ wallTime, duration }) => wallTime + duration));
  const target = Math.floor(width * TARGET_SHARE);
  const axis = width - METHOD_WIDTH - STATUS_WIDTH - target - TIME_WIDTH - 3;
  const head = drawHead(pen, view, to - from, width);
  const rows = records.map((record) => {
    const cells = [
      padEnd(pen.text(record.request.method.slice(0, METHOD_WIDTH)), METHOD_WIDTH),
      padEnd(statusText(pen, record), STATUS_WIDTH),
      padEnd(targetText(pen, record, target), target + 1),
      drawOnAxis(pen, record, from, to, axis),
      padStart(formatDuration(record.duration), TIME_WIDTH + 1),
    ];
    return fitPainted(cells.join(''), width, pen.glyph.ellipsis);
  });
  return [head, ...rows, ...Array.from({ length: lines - 1 - rows.length }, () => '')];
}

function drawHead(pen: Pen, { requests, failed }: LiveView, span: number, width: number): string {
  const items = [`${requests} request${requests === 1 ? '' : 's'}`];
  if (failed > 0) items.push(pen.paint('bad', `${failed} failed`));
  if (span > 0) items.push(`the latest over ${formatDuration(span)}`);
  const text = ` ${items.join(pen.glyph.separator)} `;
  const line = pen.glyph.line;
  return fitPainted(
    pen.paint('dim', line.repeat(2)) + text + pen.paint('dim', line.repeat(Math.max(0, width - 60))),
    width,
    pen.glyph.ellipsis,
  );
}

function statusText(pen: Pen, { response, outcome }: RoundTripRecord): string {
  const isBad = outcome === 'error' || (response?.status ?? 0) >= 400;
  const text = response === undefined ? pen.glyph.failed : String(response.status).slice(0, STATUS_WIDTH - 1);
  return pen.paint(isBad ? 'bad' : 'good', text);
}

function targetText(pen: Pen, record: RoundTripRecord, width: number): string {
  const url = pen.text(record.request.url.slice(0, 1000).replace(/^https?:\/\//i, ''));
  const what = record.outcome === 'error' ? explainFailure(record)?.what : undefined;
  if (what === undefined) return truncateMiddle(url, width, pen.glyph.ellipsis);
  return pen.paint('bad', truncateMiddle(`${url}  ${pen.text(what)}`, width, pen.glyph.ellipsis));
}

/** The strip of a request's phases at its place on the axis. */
function drawOnAxis(pen: Pen, record: RoundTripRecord, from: number, to: number, columns: number): string {
  const scale = to > from ? columns / (to - from) : 0;
  const start = Math.min(columns - 1, Math.floor((record.wallTime - from) * scale));
  const length = Math.min(columns - start, Math.max(1, Math.round(record.duration * scale)));
  const strip = drawPhaseStrip(pen, record, length);
  return ' '.repeat(start) + strip + ' '.repeat(columns - start - length);
}
