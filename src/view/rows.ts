import type { PhaseName } from '../record/types.ts';
import { cellAt, drawBars } from './bar.ts';
import { drawBusyRow } from './busy-row.ts';
import { phaseDetail } from './describe-response.ts';
import type { DurationScale } from './format.ts';
import type { PhaseRow, RowGroup } from './layout.ts';
import type { Pen } from './pen.ts';
import { padEnd, padStart, truncateEnd } from './text.ts';
import { axisTicks, type Tick } from './ticks.ts';

/** Columns of a picture. */
export interface Grid {
  readonly label: number;
  readonly axis: number;
  readonly time: number;
  /** 0 where there is no room for details. */
  readonly detail: number;
}

const COLUMNS_PER_TICK = 9;
/** A short axis has short labels. */
const SHORT_AXIS = 40;
const COLUMNS_PER_TICK_OF_SHORT = 7;

/** Ticks for an axis of that many milliseconds, as many as there is room for. */
export function ticksFor(duration: number, grid: Grid): Tick[] {
  const columns = grid.axis < SHORT_AXIS ? COLUMNS_PER_TICK_OF_SHORT : COLUMNS_PER_TICK;
  return axisTicks(duration, Math.floor(grid.axis / columns));
}

/** The line of tick labels. */
export function drawAxis(pen: Pen, ticks: readonly Tick[], grid: Grid): string {
  let line = '';
  for (const tick of ticks) {
    const column = cellAt(tick.at, grid.axis);
    const end = column + tick.label.length;
    // The last label may stand over the column of times: this line has nothing else there.
    if ((line === '' || column > line.length) && end <= grid.axis + grid.time)
      line = line.padEnd(column) + tick.label;
  }
  return ' '.repeat(grid.label) + pen.paint('dim', line);
}

/**
 * One line a phase: name, bars, time, and details where there is room.
 *
 * @param phases - lines to draw, also for phases that did not happen. When it is left out, those that did, and under each
 * for how long of it the event loop was busy, where that matters.
 */
export function drawRows(
  pen: Pen,
  group: RowGroup,
  ticks: readonly Tick[],
  grid: Grid,
  scale: DurationScale,
  phases?: readonly PhaseName[],
): string[] {
  const gridColumns = new Set(ticks.map((tick) => cellAt(tick.at, grid.axis)));
  function drawRow(phase: PhaseName): string {
    const row = group.rows.find((one) => one.phase === phase) ?? absentRow(phase);
    const bars = drawBars(pen, row, grid.axis, gridColumns);
    const line = padEnd(rowName(pen, row), grid.label) + bars;
    if (row.bars.length === 0) return line + padStart(pen.paint('dim', pen.glyph.nothing), grid.time);
    const time = padStart(scale.text(row.duration), grid.time);
    if (grid.detail === 0) return line + time;
    const detail = truncateEnd(phaseDetail(pen, group.record, phase), grid.detail - 2, pen.glyph.ellipsis);
    return `${line}${time}  ${pen.paint('dim', detail)}`;
  }
  if (phases !== undefined) return phases.map(drawRow);
  return group.rows.flatMap(({ phase }) => [drawRow(phase), ...drawBusyRow(pen, group, phase, grid, scale)]);
}

function rowName(pen: Pen, { phase, failed, bars }: PhaseRow): string {
  if (failed) return pen.paint('bad', `${pen.glyph.failed} ${phase}`);
  return pen.paint(bars.length === 0 ? 'dim' : phase, phase);
}

function absentRow(phase: PhaseName): PhaseRow {
  return { phase, bars: [], duration: 0, failed: false, marks: [] };
}
