import type { PhaseName, RoundTripRecord } from '../record/types.ts';
import { cellAt, drawLine } from './bar.ts';
import { drawComparedTimes } from './compare-table.ts';
import { comparisonNotes } from './compare-notes.ts';
import { ConnectionNumbers } from './connection-numbers.ts';
import { endpointText, tlsOf } from './describe-connection.ts';
import { clientText, statusText } from './describe-response.ts';
import { drawFailure } from './failure.ts';
import { durationScale, type DurationScale } from './format.ts';
import { layoutWaterfall, PHASES, type WaterfallLayout } from './layout.ts';
import { Pen, type PenOptions } from './pen.ts';
import { drawAxis, drawRows, ticksFor, type Grid } from './rows.ts';
import type { Call } from './stats.ts';
import { fitPainted, padEnd, padStart, textWidth, truncateMiddle, wrapWords } from './text.ts';
import { drawHeaders } from './waterfall.ts';

/** What one client did with a request that several were given. */
export interface ComparedClient {
  /** As it is chosen on the command line. */
  readonly name: string;
  /** The call to draw. */
  readonly shown: Call;
  /** Those that worked: what times are taken from. */
  readonly calls: readonly Call[];
  /** How many did not. */
  readonly failed: number;
}

export interface ComparisonOptions extends PenOptions {
  /** URLs to show in place of those in the records, in the order of the round trips. */
  readonly urls?: readonly string[];
  /** Show the header fields of requests and responses too. */
  readonly showHeaders?: boolean;
}

const LABEL_WIDTH = 10;
const LEAST_PANEL = 46;
const GAP = 3;

/**
 * Draws the same request as several clients sent it: their waterfalls on one time axis, side by side where the width
 * allows it, then their times in a table, and in words where they differ.
 *
 * @returns lines without line ends. Nothing in them that came from the network can control a terminal.
 */
export function drawComparison(clients: readonly ComparedClient[], options: ComparisonOptions): string[] {
  const pen = new Pen({ ...options, width: Math.max(LEAST_PANEL, options.width) });
  const [first] = clients;
  if (first === undefined) return [];
  const beside = panelsBeside(clients.length, pen.width);
  const width = Math.floor((pen.width - (beside - 1) * GAP) / beside);
  const duration = Math.max(...clients.map(({ shown }) => layoutWaterfall(shown).duration));
  const layouts = clients.map(({ shown }) => layoutWaterfall(shown, duration));
  const scale = durationScale(duration);
  const time = Math.max(11, scale.text(duration).length + 2);
  const grid: Grid = { label: LABEL_WIDTH, axis: width - LABEL_WIDTH - time, time, detail: 0 };
  const lines = [requestLine(pen, first, options.urls?.[0])];
  for (let from = 0; from < clients.length; from += beside) {
    const row = layouts.slice(from, from + beside);
    // Side by side the same phase stands on the same line.
    const phases = row.length > 1 ? commonPhases(row) : [];
    const panels = row.map((layout, index) =>
      drawPanel(pen, clients[from + index] ?? first, layout, {
        width,
        grid,
        scale,
        phases,
        urls: options.urls ?? [],
      }),
    );
    lines.push('', ...sideBySide(panels, width));
  }
  if (options.showHeaders === true) lines.push(...drawAllHeaders(pen, clients));
  for (const { name, shown } of clients) {
    for (const record of shown) lines.push(...drawFailure(record, pen, name));
  }
  const table = drawComparedTimes(pen, clients);
  if (table.length > 0) lines.push('', ...table);
  const notes = comparisonNotes(clients).flatMap((note) => wrapWords(pen.text(note), pen.width));
  if (notes.length > 0) lines.push('', ...notes);
  return lines.map((line) => line.trimEnd());
}

/** As many as there is room for, and no row much shorter than the others. */
function panelsBeside(count: number, width: number): number {
  const most = Math.max(1, Math.min(count, Math.floor((width + GAP) / (LEAST_PANEL + GAP))));
  return Math.ceil(count / Math.ceil(count / most));
}

function requestLine(pen: Pen, { shown, calls, failed }: ComparedClient, url: string | undefined): string {
  const [record] = shown;
  if (record === undefined) return '';
  const method = pen.text(record.request.method);
  const times = calls.length + failed;
  const median = times > 1 ? `  (${times} times by each, the medians)` : '';
  const room = pen.width - textWidth(method) - 1 - median.length;
  const shownUrl = truncateMiddle(pen.text(url ?? record.request.url), room, pen.glyph.ellipsis);
  return `${pen.paint('bold', `${method} ${shownUrl}`)}${pen.paint('dim', median)}`;
}

/** For each hop, the phases of any panel, in their order. */
function commonPhases(layouts: readonly WaterfallLayout[]): PhaseName[][] {
  const hops = Math.max(...layouts.map(({ groups }) => groups.length));
  return Array.from({ length: hops }, (_, hop) =>
    PHASES.filter((phase) =>
      layouts.some(({ groups }) => groups[hop]?.rows.some((row) => row.phase === phase) === true),
    ),
  );
}

interface PanelOptions {
  readonly width: number;
  readonly grid: Grid;
  readonly scale: DurationScale;
  /** Lines of each hop; empty for those that it has itself. */
  readonly phases: readonly (readonly PhaseName[])[];
  readonly urls: readonly string[];
}

function drawPanel(
  pen: Pen,
  { name, shown }: ComparedClient,
  layout: WaterfallLayout,
  { width, grid, scale, phases, urls }: PanelOptions,
): string[] {
  const { ellipsis } = pen.glyph;
  const ticks = ticksFor(layout.duration, grid);
  const numbers = new ConnectionNumbers();
  const [record] = shown;
  const title = record === undefined ? pen.text(name) : clientText(pen, record);
  const lines = [pen.paint('bold', title)];
  for (const [hop, group] of layout.groups.entries()) {
    if (layout.groups.length > 1) {
      const url = pen.text(urls[hop] ?? group.record.request.url);
      lines.push('', `${hop + 1}  ${truncateMiddle(url, width - 3, ellipsis)}`);
    }
    lines.push(
      fitPainted(statusText(pen, group.record), width, ellipsis),
      fitPainted(connectionText(pen, group.record, numbers), width, ellipsis),
      drawAxis(pen, ticks, grid),
      ...drawRows(pen, group, ticks, grid, scale, phases[hop]),
    );
  }
  const total = layoutWaterfall(shown).duration;
  const columns = layout.duration === 0 ? 0 : cellAt(total / layout.duration, grid.axis) + 1;
  const line = padEnd(drawLine(pen, Math.min(columns, grid.axis)), grid.axis);
  const time = padStart(scale.text(total), grid.time);
  return [...lines, padEnd('total', grid.label) + line + pen.paint('bold', time)];
}

/** The connection, in one line; what it speaks stands beside the status already. */
function connectionText(pen: Pen, record: RoundTripRecord, numbers: ConnectionNumbers): string {
  const { connection } = record;
  if (connection === undefined) return pen.paint('dim', 'no connection');
  const { id, reused, remote, proxy } = connection;
  const number = `#${numbers.numberOf(id)}`;
  const items = [reused ? pen.paint('good', `reused ${number}`) : `new ${number}`];
  if (proxy !== undefined) items.push(pen.text(`via proxy ${proxy}`));
  else if (remote !== undefined) items.push(pen.text(endpointText(remote)));
  const version = tlsOf(record)?.version;
  if (version !== undefined) items.push(pen.text(version));
  return items.join(pen.glyph.separator);
}

function sideBySide(panels: readonly (readonly string[])[], width: number): string[] {
  const height = Math.max(...panels.map((panel) => panel.length));
  return Array.from({ length: height }, (_, index) =>
    panels.map((panel) => padEnd(panel[index] ?? '', width)).join(' '.repeat(GAP)),
  );
}

function drawAllHeaders(pen: Pen, clients: readonly ComparedClient[]): string[] {
  return clients.flatMap(({ shown }) =>
    shown.flatMap((record) => ['', pen.paint('bold', clientText(pen, record)), ...drawHeaders(pen, record)]),
  );
}
