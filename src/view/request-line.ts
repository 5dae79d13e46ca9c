import { REDACTED } from '../record/redact.ts';
import type { RoundTripRecord } from '../record/types.ts';
import type { ConnectionNumbers } from './connection-numbers.ts';
import { explainFailure } from './explain.ts';
import { formatBytes, formatDuration } from './format.ts';
import type { Pen, Style } from './pen.ts';
import { drawPhaseStrip } from './phase-strip.ts';
import { significantError } from './significant-error.ts';
import { fitPainted, padEnd, padStart, textWidth, truncateEnd, truncateMiddle } from './text.ts';

export interface RequestLineOptions {
  readonly pen: Pen;
  /** Columns; those of the pen when it is left out. */
  readonly width?: number;
  /** Numbers the connections, so that one sees which requests shared one. For a bounded number of lines. */
  readonly numbers?: ConnectionNumbers;
}

const METHOD_WIDTH = 7;
const STATUS_WIDTH = 3;
/** `1 min 5 s`. */
const TIME_WIDTH = 9;
const REUSED_WIDTH = 6;
const LEAST_WIDTH = 40;
const NARROW_STRIP = 10;
const WIDE_STRIP = 24;
/** Wider terminals have room for the client and the size. */
const WIDE = 130;
const LEAST_TARGET = 12;
/** No terminal shows more, and measuring text costs. */
const MOST_CHARACTERS = 1000;

/**
 * Draws a round trip on one line: method, status, time, phases, whether its connection was new or reused, host and path,
 * and what went wrong. All columns but the last have the same width for every round trip.
 *
 * @returns a line of at most `width` columns, without line end. Nothing in it that came from the network can control a
 * terminal.
 */
export function requestLine(record: RoundTripRecord, options: RequestLineOptions): string {
  const { pen } = options;
  const width = Math.max(LEAST_WIDTH, options.width ?? pen.width);
  const isWide = width >= WIDE;
  const columns = [
    padEnd(truncateEnd(pen.text(record.request.method.slice(0, 40)), METHOD_WIDTH, ''), METHOD_WIDTH),
    statusCell(pen, record),
    padStart(formatDuration(record.duration), TIME_WIDTH),
    drawPhaseStrip(pen, record, isWide ? WIDE_STRIP : NARROW_STRIP),
    connectionCell(pen, record, options.numbers),
  ];
  if (isWide) columns.push(pen.paint('dim', padStart(sizeText(record), 7)));
  const [method = '', ...more] = columns;
  const head = `${method} ${more.join('  ')}  `;
  const client = isWide ? `  ${pen.text(record.client.name)}` : '';
  const room = width - textWidth(head) - client.length;
  const tail = isWide
    ? padEnd(targetCell(pen, record, room), room) + pen.paint('dim', client)
    : targetCell(pen, record, room);
  return fitPainted((head + tail).trimEnd(), width, pen.glyph.ellipsis);
}

/**
 * Where in the application the request was made, as a line to stand below {@link requestLine}; undefined when it was not
 * recorded.
 */
export function callSiteLine(
  record: RoundTripRecord,
  { pen, width }: RequestLineOptions,
): string | undefined {
  const frame = record.callSite?.[0];
  if (frame === undefined) return undefined;
  const indent = ' '.repeat(METHOD_WIDTH + 1);
  const room = Math.max(LEAST_WIDTH, width ?? pen.width) - indent.length;
  const text = truncateMiddle(pen.text(`at ${frame.replace(/^at /, '')}`), room, pen.glyph.ellipsis);
  return indent + pen.paint('dim', text);
}

function statusCell(pen: Pen, { response, outcome }: RoundTripRecord): string {
  if (response === undefined) {
    const isOpen = outcome === 'incomplete';
    return padEnd(pen.paint(isOpen ? 'warn' : 'bad', isOpen ? '...' : pen.glyph.failed), STATUS_WIDTH);
  }
  const text = String(response.status).slice(0, STATUS_WIDTH);
  return padEnd(pen.paint(outcome === 'error' ? 'bad' : statusStyle(response.status), text), STATUS_WIDTH);
}

function statusStyle(status: number): Style {
  if (status >= 400) return 'bad';
  return status >= 300 ? 'warn' : 'good';
}

function connectionCell(pen: Pen, record: RoundTripRecord, numbers: ConnectionNumbers | undefined): string {
  const { connection, intercepted } = record;
  const number = connection === undefined ? undefined : numbers?.numberOf(connection.id);
  const width = numbers === undefined ? REUSED_WIDTH : REUSED_WIDTH + 5;
  const suffix = number === undefined ? '' : ` #${number}`;
  if (intercepted) return padEnd('mock', width);
  if (connection === undefined) return padEnd(pen.paint('dim', pen.glyph.nothing), width);
  return padEnd(connection.reused ? pen.paint('good', `reused${suffix}`) : `new${suffix}`, width);
}

function sizeText({ response }: RoundTripRecord): string {
  return response?.bodyBytes === undefined ? '' : formatBytes(response.bodyBytes);
}

/** Host and path, and behind them what went wrong, which matters more than the end of a long path. */
function targetCell(pen: Pen, record: RoundTripRecord, room: number): string {
  const { ellipsis } = pen.glyph;
  const target = pen.text(shortTarget(record.request.url, ellipsis));
  const [remark, shorter] = remarksOn(record).map((text) => pen.text(text.slice(0, MOST_CHARACTERS)));
  if (remark === undefined) return truncateMiddle(target, room, ellipsis);
  const remarkRoom = Math.max(0, room - Math.min(textWidth(target), LEAST_TARGET) - 2);
  const fits = textWidth(remark) <= remarkRoom;
  const shown = truncateEnd(fits ? remark : (shorter ?? remark), remarkRoom, ellipsis);
  const style = record.outcome === 'error' ? 'bad' : 'warn';
  const place = truncateMiddle(target, room - textWidth(shown) - 2, ellipsis);
  return `${place}  ${pen.paint(style, shown)}`;
}

/** Without scheme, and with one sign for each value that is hidden. */
function shortTarget(url: string, ellipsis: string): string {
  return url
    .slice(0, MOST_CHARACTERS)
    .replace(/^https?:\/\//i, '')
    .replaceAll(REDACTED, ellipsis);
}

/** What is to be said of it, and the same without the error's code; nothing of one that went as usual. */
function remarksOn(record: RoundTripRecord): string[] {
  const { outcome, error, call } = record;
  const again = call.attempt > 1 && call.reason === 'retry' ? [`attempt ${call.attempt}`] : [];
  if (outcome === 'incomplete') return [['not finished', ...again].join(', ')];
  if (error === undefined) return again;
  const what = explainFailure(record)?.what ?? error.message;
  const { code } = significantError(error);
  const short = [what, ...again].join(', ');
  if (code === undefined || code.startsWith('ERR_HTTPTRACE_')) return [short];
  return [[`${what} (${code})`, ...again].join(', '), short];
}
