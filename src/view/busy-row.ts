import type { Phase, PhaseName } from '../record/types.ts';
import { cellAt } from './bar.ts';
import type { DurationScale } from './format.ts';
import type { RowGroup } from './layout.ts';
import type { Pen } from './pen.ts';
import type { Grid } from './rows.ts';
import { padEnd, padStart } from './text.ts';

/** Less than this many milliseconds is what the request itself took of the event loop. */
const LEAST = 5;
const LOOP_BUSY = 'loop busy';
/** Less than this share does not explain a phase. */
const LEAST_SHARE = 0.2;

/** The event loop was busy for a good part of the phase: it kept the request waiting, and not the other side. */
function isNotable({ busy = 0, duration }: Phase): boolean {
  return busy >= LEAST && busy >= duration * LEAST_SHARE;
}

/**
 * The line under a phase in which the event loop was busy: for how long, as a bar from the phase's beginning. When in the
 * phase it was is not known.
 */
export function drawBusyRow(
  pen: Pen,
  group: RowGroup,
  phase: PhaseName,
  grid: Grid,
  scale: DurationScale,
): string[] {
  const part = group.record.phases.find(({ name }) => name === phase);
  const [bar] = group.rows.find((row) => row.phase === phase)?.bars ?? [];
  if (part?.busy === undefined || bar === undefined || !isNotable(part)) return [];
  const to = bar.from + ((bar.to - bar.from) * part.busy) / part.duration;
  const first = cellAt(bar.from, grid.axis);
  const columns = Math.max(1, Math.round((to - bar.from) * grid.axis));
  const word = grid.label > LOOP_BUSY.length + 2 ? LOOP_BUSY : 'busy';
  const name = padEnd(pen.paint('dim', `${pen.glyph.within} ${word}`), grid.label);
  const fill = pen.paint('mark', pen.glyph.shade.repeat(Math.min(columns, grid.axis - first)));
  const line =
    name + padEnd(' '.repeat(first) + fill, grid.axis) + padStart(scale.text(part.busy), grid.time);
  const detail = grid.detail === 0 ? '' : `  ${pen.paint('dim', 'of it the event loop was busy')}`;
  return [line + detail];
}
