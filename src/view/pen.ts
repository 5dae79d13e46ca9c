import { styleText } from 'node:util';
import type { PhaseName } from '../record/types.ts';
import { asciiText, cleanText } from './text.ts';

/** What a terminal can show. */
export interface PenOptions {
  /** Columns. */
  readonly width: number;
  /** Write colour sequences. */
  readonly colour: boolean;
  /** The terminal shows UTF-8; else everything is ASCII. */
  readonly unicode: boolean;
}

export type Style = 'bold' | 'dim' | 'good' | 'bad' | 'warn' | 'mark' | PhaseName;

interface Glyphs {
  readonly ellipsis: string;
  readonly failed: string;
  readonly succeeded: string;
  readonly separator: string;
  readonly arrow: string;
  /** Points at what stands on its left. */
  readonly pointer: string;
  /** In a table, where there is no value. */
  readonly nothing: string;
  readonly mark: string;
  readonly grid: string;
  readonly line: string;
  readonly lineStart: string;
  readonly lineEnd: string;
  /** Before a row that tells of a part of the row above. */
  readonly within: string;
  /** A part of a bar. */
  readonly shade: string;
}

const UNICODE_GLYPHS: Glyphs = {
  ellipsis: '…',
  failed: '✗',
  succeeded: '✓',
  separator: ' · ',
  arrow: '→',
  pointer: '◀',
  nothing: '–',
  mark: '◆',
  grid: '┊',
  line: '─',
  lineStart: '├',
  lineEnd: '┤',
  within: '└',
  shade: '▒',
};

const ASCII_GLYPHS: Glyphs = {
  ellipsis: '...',
  failed: 'x',
  succeeded: '+',
  separator: ' | ',
  arrow: '->',
  pointer: '<-',
  nothing: '-',
  mark: '*',
  grid: ':',
  line: '-',
  lineStart: '|',
  lineEnd: '|',
  within: ' ',
  shade: '.',
};

const STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  bold: 'bold',
  dim: 'gray',
  good: 'green',
  bad: ['bold', 'red'],
  warn: 'yellow',
  mark: ['bold', 'whiteBright'],
  queued: 'gray',
  dns: 'cyan',
  connect: 'yellow',
  proxy: 'red',
  tls: 'magenta',
  send: 'whiteBright',
  wait: 'green',
  receive: 'blueBright',
};

/** Writes for one kind of terminal, so that drawing code need not ask which it is. */
export class Pen {
  readonly width: number;
  readonly unicode: boolean;
  /** What is told by colour alone has to be told otherwise without it. */
  readonly colour: boolean;
  readonly glyph: Glyphs;

  constructor(options: PenOptions) {
    this.width = options.width;
    this.unicode = options.unicode;
    this.glyph = options.unicode ? UNICODE_GLYPHS : ASCII_GLYPHS;
    this.colour = options.colour;
  }

  /** Colours a text that is already safe. */
  paint(style: Style, text: string): string {
    // The caller has decided about colour; without validateStream Node looks at stdout, whatever is written to.
    return this.colour && text !== '' ? styleText(STYLES[style], text, { validateStream: false }) : text;
  }

  /** A text that came from outside, safe for this terminal. */
  text(raw: string): string {
    const clean = cleanText(raw);
    return this.unicode ? clean : asciiText(clean);
  }
}
