import { CELL, GROUND, LINE, type Box } from './metrics.ts';

const BAR_TOP = 3;
const BAR_HEIGHT = 13;
/** A bar that cannot be seen says nothing. */
const LEAST_BAR = 1.5;
/** A moment on a bar. */
export const MARK = '◆';
const DRAWN = `┊├─┤${MARK}`;

/** Part of a cell that a block character covers, 0 to 1. */
const BLOCKS: Readonly<Record<string, readonly [from: number, to: number]>> = {
  '▏': [0, 1 / 8],
  '▎': [0, 2 / 8],
  '▍': [0, 3 / 8],
  '▌': [0, 4 / 8],
  '▋': [0, 5 / 8],
  '▊': [0, 6 / 8],
  '▉': [0, 7 / 8],
  '█': [0, 1],
  // Of the strips in lines of requests; drawn as tall as other bars.
  '▆': [0, 1],
  '▐': [1 / 2, 1],
  '▕': [7 / 8, 1],
};

/** What part of its cells a row of block characters covers, in cells; undefined when it is none. */
export function barSpan(text: string): readonly [from: number, to: number] | undefined {
  const first = BLOCKS[text.charAt(0)];
  const last = BLOCKS[text.charAt(text.length - 1)];
  if (first === undefined || last === undefined) return undefined;
  return [first[0], text.length - 1 + last[1]];
}

/** Whether the character is drawn as a shape, because fonts draw it in many ways. */
export function isDrawn(text: string): boolean {
  return text.length === 1 && DRAWN.includes(text);
}

/** Draws a bar, a line or a mark. */
export function drawGlyph(text: string, { left, top }: Box, colour: string): string {
  const bar = barSpan(text);
  const middle = left + CELL / 2;
  const centre = top + BAR_TOP + BAR_HEIGHT / 2;
  if (bar !== undefined) {
    const [from, to] = bar;
    const width = Math.max(LEAST_BAR, (to - from) * CELL);
    const radius = Math.min(2, width / 2);
    return `<rect x="${round(left + from * CELL)}" y="${top + BAR_TOP}" width="${round(width)}" height="${BAR_HEIGHT}" rx="${round(radius)}" fill="${colour}"/>`;
  }
  switch (text) {
    case '┊':
      // Below the beginning of its label, and where a bar begins that begins there.
      return path(
        `M${round(left + 0.5)} ${top}v${LINE}`,
        colour,
        ' stroke-opacity="0.45" stroke-dasharray="2 3"',
      );
    case '─':
      return path(`M${round(left)} ${centre}h${CELL}`, colour);
    case '├':
      return path(`M${round(left + 0.5)} ${centre - 5}v10m0 -5h${CELL}`, colour);
    case '┤':
      return path(`M${round(left + CELL - 0.5)} ${centre - 5}v10m0 -5h${-CELL}`, colour);
    default: {
      const half = CELL * 0.65;
      const data = `M${round(middle)} ${round(centre - half)}l${half} ${half}l${-half} ${half}l${-half} ${-half}z`;
      return `<path d="${data}" fill="${colour}" stroke="${GROUND}" stroke-width="1.5"/>`;
    }
  }
}

function path(data: string, colour: string, more = ''): string {
  return `<path d="${data}" fill="none" stroke="${colour}"${more}/>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
