import type { RoundTripRecord } from '../../record/types.ts';
import { ConnectionNumbers } from '../../view/connection-numbers.ts';
import { Pen, type PenOptions } from '../../view/pen.ts';
import { callSiteLine, requestLine } from '../../view/request-line.ts';
import { plural } from '../../view/format.ts';
import type { Display } from './display.ts';
import type { Voice } from './voice.ts';

/** Lines in a second: more nobody reads, and drawing them would keep us from reading the spool. */
const MOST_A_SECOND = 500;
/** Connections that get a number: each that has one is kept. */
const MOST_NUMBERED = 20_000;

/** One line a finished request. */
export class RequestLines implements Display {
  readonly #voice: Voice;
  readonly #terminal: () => PenOptions;
  readonly #numbers = new ConnectionNumbers();
  #shown = 0;
  #text = '';
  #second = 0;
  #inSecond = 0;
  #omitted = 0;

  /** @param terminal - what it can show now: its width changes. */
  constructor(voice: Voice, terminal: () => PenOptions) {
    this.#voice = voice;
    this.#terminal = terminal;
  }

  add(record: RoundTripRecord): void {
    if (this.#isTooMany()) {
      this.#omitted++;
      return;
    }
    const pen = new Pen(this.#terminal());
    const numbers = this.#shown++ < MOST_NUMBERED ? { numbers: this.#numbers } : {};
    this.#tellOmitted();
    this.#text += `${requestLine(record, { pen, ...numbers })}\n`;
    const site = callSiteLine(record, { pen });
    if (site !== undefined) this.#text += `${site}\n`;
  }

  /** Writes what was added in one piece, so that the program's own output does not come between. */
  flush(): void {
    if (this.#text === '') return;
    this.#voice.write(this.#text);
    this.#text = '';
  }

  end(): void {
    this.#tellOmitted();
    this.flush();
  }

  #isTooMany(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    return ++this.#inSecond > MOST_A_SECOND;
  }

  #tellOmitted(): void {
    if (this.#omitted === 0) return;
    const pen = new Pen(this.#terminal());
    this.#text += `${pen.paint('dim', `${pen.glyph.ellipsis} ${plural(this.#omitted, 'request')} not shown`)}\n`;
    this.#omitted = 0;
  }
}
