import { Readable } from 'node:stream';
import { writeLines, type Io } from '../src/cli/io.ts';
import { main } from '../src/cli/main.ts';
import { terminalOf } from '../src/cli/terminal.ts';
import { Pen, type PenOptions } from '../src/view/pen.ts';
import { textWidth, wrapWords } from '../src/view/text.ts';

/** Longer lines are hard to read. */
const MOST_COLUMNS = 100;
const INDENT = '    ';

/** Where the demo is shown: titles, text, command lines with what they print. */
export class Stage {
  readonly io: Io;
  readonly terminal: PenOptions;
  readonly pen: Pen;
  #scenes = 0;

  constructor(io: Io) {
    // A proxy of the user's could not reach servers of this process.
    this.io = { ...io, env: withoutProxies(io.env) };
    this.terminal = terminalOf(io.stdout, io, false);
    this.pen = new Pen(this.terminal);
  }

  /** Begins a scene. */
  async title(text: string): Promise<void> {
    this.#scenes++;
    const start = `${this.pen.glyph.line.repeat(2)} `;
    const name = `${this.#scenes}  ${text}`;
    const rest = this.pen.glyph.line.repeat(Math.max(0, this.terminal.width - textWidth(start + name) - 1));
    const { pen } = this;
    // The introduction ends with an empty line.
    const gap = this.#scenes === 1 ? [''] : ['', ''];
    await this.print([
      ...gap,
      `${pen.paint('dim', start)}${pen.paint('bold', name)} ${pen.paint('dim', rest)}`,
      '',
    ]);
  }

  /** A paragraph. */
  async say(text: string): Promise<void> {
    await this.print([...wrapWords(this.pen.text(text), Math.min(this.terminal.width, MOST_COLUMNS)), '']);
  }

  /** Lines of a program that the reader could write. */
  async code(lines: readonly string[]): Promise<void> {
    await this.print([...lines.map((line) => INDENT + this.pen.paint('wait', line)), '']);
  }

  async print(lines: readonly string[]): Promise<void> {
    await writeLines(this.io.stdout, lines);
  }

  /** Shows a command line, then runs the command: the same code as a shell would start. */
  async command(argv: readonly string[]): Promise<number> {
    await this.print([...this.#commandLine(argv), '']);
    return main(argv, { ...this.io, stdin: Readable.from([]) });
  }

  /** Broken as one would in a shell when it is too long for a line. */
  #commandLine(argv: readonly string[]): string[] {
    const { pen } = this;
    const lines: string[] = [];
    let line = 'httptrace';
    for (const word of shellWords(argv)) {
      if (textWidth(`$ ${line} ${word} \\`) > this.terminal.width) {
        lines.push(`${line} \\`);
        line = `  ${word}`;
      } else line += ` ${word}`;
    }
    lines.push(line);
    return lines.map(
      (text, index) => `${pen.paint('good', index === 0 ? '$' : ' ')} ${pen.paint('bold', text)}`,
    );
  }
}

/** An option and its value stay together. */
function shellWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const argument of argv) {
    const word = /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
    const before = words.at(-1);
    if (before !== undefined && /^--?[\w-]+$/.test(before) && before !== '-L' && !word.startsWith('-'))
      words[words.length - 1] = `${before} ${word}`;
    else words.push(word);
  }
  return words;
}

function withoutProxies(env: Io['env']): Io['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(https?|all)_proxy$/i.test(name)));
}
