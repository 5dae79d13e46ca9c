import type { PhaseName } from '../record/types.ts';
import type { PhaseRow, Span } from './layout.ts';
import type { Pen, Style } from './pen.ts';

const LEFT_EIGHTHS = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;

/** Without block characters the kind of phase shows in the character: waiting for a slot, setting up, exchanging. */
const ASCII_FILL: Readonly<Record<PhaseName, string>> = {
  queued: '-',
  dns: '=',
  connect: '=',
  proxy: '=',
  tls: '=',
  send: '#',
  wait: '#',
  receive: '#',
};

interface Cell {
  readonly character: string;
  readonly style?: Style;
}

/**
 * Draws the bars of one phase.
 *
 * @param columns - length of the axis.
 * @param grid - columns in which a grid line shows where no bar is.
 */
export function drawBars(pen: Pen, row: PhaseRow, columns: number, grid: ReadonlySet<number>): string {
  const cells: Cell[] = Array.from({ length: columns }, (_, column) =>
    grid.has(column) ? { character: pen.glyph.grid, style: 'dim' } : { character: ' ' },
  );
  const style = row.failed ? 'bad' : row.phase;
  for (const bar of row.bars) {
    for (const [column, character] of barCells(pen, bar, row.phase, columns))
      cells[column] = { character, style };
  }
  for (const mark of row.marks)
    cells[cellAt(mark.at, columns)] = { character: pen.glyph.mark, style: 'mark' };
  return paintCells(pen, cells);
}

/** Neighbours of one style share their colour sequence. */
function paintCells(pen: Pen, cells: readonly Cell[]): string {
  let line = '';
  for (let from = 0; from < cells.length;) {
    const style = cells[from]?.style;
    let run = '';
    for (; from < cells.length && cells[from]?.style === style; from++) run += cells[from]?.character;
    line += style === undefined ? run : pen.paint(style, run);
  }
  return line;
}

/** Draws a line along the whole axis. */
export function drawLine(pen: Pen, columns: number): string {
  const { line, lineStart, lineEnd } = pen.glyph;
  return pen.paint('dim', lineStart + line.repeat(Math.max(0, columns - 2)) + lineEnd);
}

/** The column that a place on the axis falls into. */
export function cellAt(at: number, columns: number): number {
  return Math.min(columns - 1, Math.floor(at * columns));
}

function* barCells(pen: Pen, bar: Span, phase: PhaseName, columns: number): Generator<[number, string]> {
  const from = bar.from * columns;
  const to = bar.to * columns;
  const first = cellAt(bar.from, columns);
  const last = Math.max(first, Math.min(columns, Math.ceil(to)) - 1);
  for (let column = first; column <= last; column++) {
    if (!pen.unicode) {
      yield [column, ASCII_FILL[phase]];
      continue;
    }
    const left = Math.max(0, from - column);
    const right = Math.min(1, to - column);
    yield [column, blockFor(left, right)];
  }
}

/** The block that covers a cell from `left` to `right`, both 0 to 1, best; never nothing. */
function blockFor(left: number, right: number): string {
  const filled = right - left;
  if (left < 1 / 16) return LEFT_EIGHTHS[Math.max(0, Math.round(filled * 8) - 1)] ?? '█';
  if (right > 15 / 16) return filled >= 3 / 4 ? '█' : filled >= 5 / 16 ? '▐' : '▕';
  const inRightHalf = (left + right) / 2 >= 0.5;
  if (filled >= 3 / 8) return inRightHalf ? '▐' : '▌';
  return inRightHalf ? '▕' : '▏';
}
