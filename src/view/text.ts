import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/**
 * Characters that can move the cursor, start an escape sequence, reorder or hide text: controls (C0, DEL, C1), format
 * characters (all bidirectional ones, zero-width ones, tags), line and paragraph separators, lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LINE_SPACE = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const BEYOND_ASCII = /[^\x20-\x7e]/gu;
/** Each character takes one column: almost every text, and telling so costs a hundredth of looking at its graphemes. */
const NARROW = /^[\x20-\x7e\u2500-\u259f…·–→✓✗]*$/;
// oxlint-disable-next-line no-control-regex -- ESC begins the colour sequences that a pen writes.
const COLOURS = /\u001b\[[\d;]*m/g;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Makes a text from the network safe to print on one line: white space becomes a space, what is unsafe goes. */
export function cleanText(text: string): string {
  if (NARROW.test(text)) return text;
  return text.replace(LINE_SPACE, ' ').replace(UNSAFE, '');
}

/** Replaces what an ASCII terminal cannot show by `?`. */
export function asciiText(text: string): string {
  return text.replace(BEYOND_ASCII, '?');
}

/** Columns that a text takes in a terminal; colour sequences take none. */
export function textWidth(text: string): number {
  const plain = text.includes('\u001b') ? text.replace(COLOURS, '') : text;
  return NARROW.test(plain) ? plain.length : stringWidth(text);
}

/** Cuts a text to at most `width` columns; `ellipsis` marks the cut. */
export function truncateEnd(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room <= 0) return takeColumns(text, width);
  return takeColumns(text, room) + ellipsis;
}

/** As {@link truncateEnd}; a painted line cannot be cut without breaking its colours, so one that is too long loses them. */
export function fitPainted(line: string, width: number, ellipsis: string): string {
  return textWidth(line) <= width ? line : truncateEnd(stripVTControlCharacters(line), width, ellipsis);
}

/** Cuts from the middle, so that both the host at the beginning and the end of a URL stay readable. */
export function truncateMiddle(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room <= 1) return truncateEnd(text, width, ellipsis);
  const tail = Math.floor(room / 3);
  return takeColumns(text, room - tail) + ellipsis + takeLastColumns(text, tail);
}

/** Fills up with spaces on the right. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** Fills up with spaces on the left. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

/** Breaks plain text at spaces into lines of at most `width` columns; a longer word is cut. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (textWidth(word) > width) {
      const head = takeColumns(word, width);
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
  }
  if (line !== '') lines.push(line);
  return lines;
}

function takeColumns(text: string, width: number): string {
  if (NARROW.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) {
    columns += textWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}

function takeLastColumns(text: string, width: number): string {
  if (NARROW.test(text)) return text.slice(Math.max(0, text.length - Math.max(0, width)));
  let taken = '';
  let columns = 0;
  for (const { segment } of [...graphemes.segment(text)].reverse()) {
    columns += textWidth(segment);
    if (columns > width) break;
    taken = segment + taken;
  }
  return taken;
}
