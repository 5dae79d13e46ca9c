import type { RoundTripRecord } from '../record/types.ts';
import { drawLine } from './bar.ts';
import { ConnectionNumbers } from './connection-numbers.ts';
import { attemptLines, certificateItems, connectionItems, tlsItems, tlsOf } from './describe-connection.ts';
import {
  clientText,
  informationalLines,
  serverTimingItems,
  sizeItems,
  statusText,
} from './describe-response.ts';
import { drawFailure } from './failure.ts';
import { durationScale } from './format.ts';
import { layoutWaterfall, type RowGroup } from './layout.ts';
import { Pen, type PenOptions } from './pen.ts';
import { drawAxis, drawRows, ticksFor, type Grid } from './rows.ts';
import { fitPainted, padEnd, padStart, textWidth, truncateMiddle } from './text.ts';

export interface WaterfallOptions extends PenOptions {
  /**
   * URLs to show in place of those in the records, whose secrets are hidden: what the user typed may be shown to the
   * user. In the order of the records.
   */
  readonly urls?: readonly string[];
  /** Show the header fields of requests and responses too. */
  readonly showHeaders?: boolean;
  /** Keeps the numbers of connections over several pictures. */
  readonly numbers?: ConnectionNumbers;
}

const LABEL_WIDTH = 12;
const LEAST_WIDTH = 40;
/** Narrower terminals need their columns for the bars. */
const DETAIL_FROM_WIDTH = 130;
/** A server may send any number of these; the picture should stay one. */
const MOST_INFORMATIONAL = 8;
const MOST_SERVER_TIMINGS = 24;

/**
 * Draws round trips as one waterfall: a group of rows for each, all on one time axis.
 *
 * @returns lines without line ends. Nothing in them that came from the network can control a terminal.
 */
export function drawWaterfall(records: readonly RoundTripRecord[], options: WaterfallOptions): string[] {
  const pen = new Pen({ ...options, width: Math.max(LEAST_WIDTH, options.width) });
  const layout = layoutWaterfall(records);
  const scale = durationScale(layout.duration);
  const grid = gridFor(pen.width, scale.text(layout.duration).length);
  const ticks = ticksFor(layout.duration, grid);
  const lines: string[] = [];
  const numbers = options.numbers ?? new ConnectionNumbers();
  const described = new Set<string>();
  for (const [index, group] of layout.groups.entries()) {
    const { record } = group;
    if (index > 0) lines.push('');
    const chained = records.length > 1;
    lines.push(
      ...drawHead(pen, record, {
        url: options.urls?.[index] ?? record.request.url,
        number: chained ? index + 1 : undefined,
        time: chained ? scale.text(record.duration) : '',
      }),
      ...drawFields(pen, group, { showHeaders: options.showHeaders === true, described, numbers }),
    );
    if (record.connection !== undefined) described.add(record.connection.id);
    lines.push('', drawAxis(pen, ticks, grid), ...drawRows(pen, group, ticks, grid, scale));
  }
  if (records.length > 0) {
    const total = padStart(scale.text(layout.duration), grid.time);
    lines.push(padEnd('total', grid.label) + drawLine(pen, grid.axis) + pen.paint('bold', total));
  }
  for (const record of records) lines.push(...drawFailure(record, pen));
  return lines.map((line) => line.trimEnd());
}

function gridFor(width: number, longestTime: number): Grid {
  const time = Math.max(11, longestTime + 2);
  const detail = width < DETAIL_FROM_WIDTH ? 0 : Math.min(60, Math.floor(width * 0.3));
  return { label: LABEL_WIDTH, axis: width - LABEL_WIDTH - time - detail, time, detail };
}

interface Head {
  readonly url: string;
  /** Place in a chain of redirects, from 1. */
  readonly number: number | undefined;
  /** Duration of this round trip when there are several. */
  readonly time: string;
}

/** Request line; then status, with the client at the right edge. */
function drawHead(pen: Pen, record: RoundTripRecord, { url, number, time }: Head): string[] {
  const method = pen.text(`${number === undefined ? '' : `${number}  `}${record.request.method}`);
  const room = pen.width - textWidth(method) - 1 - (time === '' ? 0 : time.length + 2);
  const request = `${method} ${truncateMiddle(pen.text(url), room, pen.glyph.ellipsis)}`;
  const client = clientText(pen, record);
  const status = fitPainted(statusText(pen, record), pen.width - textWidth(client) - 2, pen.glyph.ellipsis);
  return [
    padEnd(pen.paint('bold', request), pen.width - time.length) + pen.paint('bold', time),
    padEnd(status, pen.width - textWidth(client)) + pen.paint('dim', client),
  ];
}

interface FieldOptions {
  readonly showHeaders: boolean;
  /** Connections whose TLS facts stand further up already. */
  readonly described: ReadonlySet<string>;
  readonly numbers: ConnectionNumbers;
}

/** What is known besides times: connection, TLS, addresses, size, 1xx, Server-Timing. */
function drawFields(
  pen: Pen,
  { record, offset }: RowGroup,
  { showHeaders, described, numbers }: FieldOptions,
): string[] {
  const { connection, dial, response } = record;
  const tls = tlsOf(record);
  const attempts = dial?.attempts ?? [];
  const lines: string[] = [''];
  if (connection !== undefined) {
    const number = numbers.numberOf(connection.id);
    lines.push(
      ...field(
        pen,
        'connection',
        connectionItems(pen, connection, { number, served: response !== undefined }),
      ),
    );
  }
  if (attempts.length > 1) lines.push(...fieldLines(pen, 'addresses', attemptLines(pen, attempts)));
  if (dial !== undefined && !dial.used && connection !== undefined) {
    lines.push(...field(pen, 'dial', ['opened another connection that came too late']));
  }
  if (tls !== undefined && !(connection !== undefined && described.has(connection.id))) {
    lines.push(...field(pen, 'tls', tlsItems(pen, tls)));
    lines.push(...field(pen, 'certificate', certificateItems(pen, tls, record.wallTime)));
  }
  if (response !== undefined) lines.push(...field(pen, 'size', sizeItems(record)));
  if (record.informational.length > 0) {
    lines.push(
      ...fieldLines(pen, '1xx', atMost(informationalLines(pen, record, offset), MOST_INFORMATIONAL)),
    );
  }
  if (response !== undefined && response.serverTiming.length > 0) {
    const items = atMost(serverTimingItems(pen, response.serverTiming), MOST_SERVER_TIMINGS);
    lines.push(...field(pen, 'server', items));
  }
  if (showHeaders) lines.push(...drawHeaders(pen, record));
  return lines.length === 1 ? [] : lines;
}

/** Header fields of request and response, and trailers. */
export function drawHeaders(pen: Pen, { request, response }: RoundTripRecord): string[] {
  const toLines = (header: readonly (readonly [string, string])[]): string[] =>
    header.map(([name, value]) => pen.text(`${name}: ${value}`));
  const lines = fieldLines(pen, 'request', toLines(request.header));
  if (response === undefined) return lines;
  lines.push(...fieldLines(pen, 'response', toLines(response.header)));
  return [...lines, ...fieldLines(pen, 'trailers', toLines(response.trailers))];
}

/** A labelled list of items, wrapped between items. */
function field(pen: Pen, name: string, items: readonly string[]): string[] {
  return fieldLines(pen, name, wrapItems(pen, items, pen.width - LABEL_WIDTH));
}

/** A labelled list of lines, each cut to the width. */
function fieldLines(pen: Pen, name: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => {
    const head = padEnd(index === 0 ? pen.paint('dim', name) : '', LABEL_WIDTH);
    return head + fitPainted(line, pen.width - LABEL_WIDTH, pen.glyph.ellipsis);
  });
}

function wrapItems(pen: Pen, items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    const longer = line === '' ? item : line + pen.glyph.separator + item;
    if (line === '' || textWidth(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = item;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((one) => fitPainted(one, width, pen.glyph.ellipsis));
}

function atMost(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `and ${lines.length - most + 1} more`];
}
