import { readColours, type Look } from './colours.ts';
import { barSpan, drawGlyph, isDrawn, MARK } from './glyphs.ts';
import { BASELINE, CELL, GROUND, LINE, type Box } from './metrics.ts';

const MARGIN = 24;
const HEAD = 44;
const BORDER = '#3d444d';
const DOTS = ['#ff7b72', '#e3b341', '#56d364'];
const FONT =
  "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** What is said about a picture to who cannot see it. */
export interface Description {
  readonly title: string;
  readonly description: string;
}

/**
 * Draws lines of a terminal, colour sequences included, as a window. Every word is placed by its column and stretched to
 * its width, so that the picture is right whichever monospaced font there is.
 *
 * @param columns - width of the terminal.
 */
export function drawTerminal(lines: readonly string[], columns: number, about: Description): string {
  const width = columns * CELL + 2 * MARGIN;
  const height = HEAD + lines.length * LINE + MARGIN - 6;
  const body = lines.flatMap((line, row) => drawLine(line, HEAD + row * LINE));
  const dots = DOTS.map(
    (fill, index) => `<circle cx="${MARGIN + index * 18}" cy="21" r="5.5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${height}" width="${round(width)}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escape(about.title)}</title>`,
    `<desc id="description">${escape(about.description)}</desc>`,
    `<rect x="0.5" y="0.5" width="${round(width - 1)}" height="${height - 1}" rx="10" fill="${GROUND}" stroke="${BORDER}"/>`,
    ...dots,
    `<g font-family="${FONT}" font-size="14" xml:space="preserve">`,
    ...body,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Piece extends Look {
  readonly text: string;
  readonly box: Box;
}

function drawLine(line: string, top: number): string[] {
  const pieces: Piece[] = [];
  let column = 0;
  for (const { text, ...look } of readColours(line)) {
    for (const part of text.match(/[\u2580-\u259f]+|[\x21-\x7e]+(?: [\x21-\x7e]+)*|\s+|./gu) ?? []) {
      pieces.push({
        ...look,
        text: part,
        box: { left: MARGIN + column * CELL, top, width: part.length * CELL },
      });
      // Every character that the pictures have is one column wide, and one UTF-16 unit long.
      column += part.length;
    }
  }
  return joinBars(pieces).flatMap(drawPiece);
}

/** In a terminal a mark interrupts the bar that it stands on; here the bar can go on beneath it. */
function joinBars(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  const marks: Piece[] = [];
  for (const piece of pieces) {
    const before = joined.at(-1);
    if (piece.text === MARK && before !== undefined && barSpan(before.text) !== undefined) {
      marks.push(piece);
      joined[joined.length - 1] = { ...before, text: `${before.text}█` };
    } else if (
      barSpan(piece.text) !== undefined &&
      before?.colour === piece.colour &&
      barSpan(before.text) !== undefined
    )
      joined[joined.length - 1] = { ...before, text: before.text + piece.text };
    else joined.push(piece);
  }
  return [...joined, ...marks];
}

function drawPiece({ text, box, colour, bold }: Piece): string[] {
  if (text.trim() === '') return [];
  if (barSpan(text) !== undefined || isDrawn(text)) return [drawGlyph(text, box, colour)];
  const weight = bold ? ' font-weight="700"' : '';
  const length = `textLength="${round(box.width)}" lengthAdjust="spacingAndGlyphs"`;
  return [
    `<text x="${round(box.left)}" y="${box.top + BASELINE}" fill="${colour}"${weight} ${length}>${escape(text)}</text>`,
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
