import { cellAt } from '../src/view/bar.ts';
import type { RowGroup } from '../src/view/layout.ts';
import type { Pen } from '../src/view/pen.ts';
import type { PhaseName } from '../src/record/types.ts';

/** What the time of a phase goes to. */
type Kind = 'queued' | 'opening' | 'exchange';

const KINDS: Readonly<Record<PhaseName, Kind>> = {
  queued: 'queued',
  dns: 'opening',
  connect: 'opening',
  proxy: 'opening',
  tls: 'opening',
  send: 'exchange',
  wait: 'exchange',
  receive: 'exchange',
};

const UNICODE_FILL: Readonly<Record<Kind, string>> = { queued: '░', opening: '▒', exchange: '█' };
const ASCII_FILL: Readonly<Record<Kind, string>> = { queued: '-', opening: '=', exchange: '#' };

/**
 * Draws a whole round trip on one line: phases have their colours, and what they are for has its own character, so that
 * it can be read without colours too.
 *
 * @param columns - length of the axis.
 */
export function drawStrip(pen: Pen, group: RowGroup, columns: number): string {
  const first = cellAt(group.span.from, columns);
  const last = cellAt(group.span.to, columns);
  let line = ' '.repeat(first);
  for (let from = first; from <= last;) {
    const phase = phaseAt(group, (from + 0.5) / columns);
    let to = from + 1;
    while (to <= last && phaseAt(group, (to + 0.5) / columns) === phase) to++;
    line += pen.paint(phase, fillOf(pen, phase).repeat(to - from));
    from = to;
  }
  return line;
}

/** Says which character stands for which of these phases. */
export function stripLegend(pen: Pen, phases: readonly PhaseName[]): string {
  const names = new Map<string, string[]>();
  for (const phase of phases) {
    const fill = fillOf(pen, phase);
    names.set(fill, [...(names.get(fill) ?? []), pen.paint(phase, phase)]);
  }
  return [...names].map(([fill, list]) => `${fill.repeat(2)} ${list.join(', ')}`).join('    ');
}

function fillOf(pen: Pen, phase: PhaseName): string {
  return (pen.unicode ? UNICODE_FILL : ASCII_FILL)[KINDS[phase]];
}

/** The phase at a place on the axis; the nearest one beyond the ends. */
function phaseAt(group: RowGroup, at: number): PhaseName {
  const reached = group.rows.filter((row) => row.bars.some((bar) => bar.from <= at));
  return (reached.at(-1) ?? group.rows[0])?.phase ?? 'wait';
}
