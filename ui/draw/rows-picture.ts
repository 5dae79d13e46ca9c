import { countInFlight, type InFlight } from '../data/in-flight.ts';
import { groupOfRow, type Group, type RowList } from '../data/rows.ts';
import type { Trace } from '../data/trace.ts';
import { placedTicks } from './axis-ticks.ts';
import { drawLife, drawRequest, type BarPaper } from './bars.ts';

export const ROW_HEIGHT = 24;

/** A row, from its first to before its last. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
}

/** Draws the time of all rows in a window. */
export function drawRows(paper: BarPaper, trace: Trace, list: RowList, { first, end }: RowWindow): void {
  drawGrid(paper, trace.first, (end - first) * ROW_HEIGHT);
  for (let index = first; index < end; index++) {
    const row = list.rows[index];
    if (row === undefined) return;
    const top = (index - first) * ROW_HEIGHT;
    const group = groupOfRow(list, row);
    if (group === undefined) drawRequest(paper, trace.requests, row, top + ROW_HEIGHT / 2);
    else drawGroup(paper, trace, group, top);
  }
}

function drawGrid({ context, surface, colours, range }: BarPaper, zero: number, height: number): void {
  context.fillStyle = colours.line;
  for (const { x } of placedTicks(range, zero, surface.width))
    context.fillRect(surface.snap(x), 0, 1 / surface.ratio, height);
}

/** A connection that serves one request after the other shows them; all else shows how many there were at a time. */
function drawGroup(paper: BarPaper, trace: Trace, group: Group, top: number): void {
  const { connection } = group;
  const isLane = connection !== undefined && connection.protocol !== 'h2';
  const line = top + (isLane ? ROW_HEIGHT / 2 : ROW_HEIGHT - 3);
  if (connection !== undefined) drawLife(paper, connection.opened, connection.closed, line);
  if (isLane) {
    for (const request of group.requests) drawRequest(paper, trace.requests, request, line, false);
    return;
  }
  const columns = Math.max(1, Math.floor(paper.surface.width));
  const counts = countInFlight(trace.requests, group.requests, paper.range.from, paper.range.to, columns);
  drawInFlight(paper, counts, top + ROW_HEIGHT - 3, ROW_HEIGHT - 7);
}

/** Height is how many requests there were at a time, those that waited for a connection on top; a dot below is a failure. */
export function drawInFlight(
  { context, surface, colours }: Pick<BarPaper, 'context' | 'surface' | 'colours'>,
  counts: InFlight,
  bottom: number,
  height: number,
): void {
  const unit = counts.most > 0 ? height / Math.max(1, counts.most) : 0;
  const queuedColour = colours.phases[0] ?? colours.muted;
  for (let column = 0; column < counts.active.length; column++) {
    const active = counts.active[column] ?? 0;
    const queued = counts.queued[column] ?? 0;
    if (active === 0 && queued === 0) continue;
    // What is there is seen, however short.
    const activeHeight = active === 0 ? 0 : Math.max(1, active * unit);
    // Between edges of device pixels, or columns would be stripes where a CSS pixel is one and a half of them.
    const left = surface.snap(column);
    const width = surface.snap(column + 1) - left;
    const top = surface.snap(bottom - activeHeight);
    context.fillStyle = colours.flight;
    context.fillRect(left, top, width, surface.snap(bottom) - top);
    if (queued * unit < 0.3) continue;
    const queuedTop = surface.snap(bottom - activeHeight - queued * unit);
    context.fillStyle = queuedColour;
    context.fillRect(left, queuedTop, width, top - queuedTop);
  }
  context.fillStyle = colours.bad;
  for (let column = 0; column < counts.failed.length; column++) {
    if ((counts.failed[column] ?? 0) > 0) context.fillRect(column - 0.5, bottom, 2, 2);
  }
}
