import { hasFailed } from '../../analyze/filter.ts';
import type { RoundTripRecord } from '../../record/types.ts';
import { drawLive } from '../../view/live.ts';
import { Pen, type PenOptions } from '../../view/pen.ts';
import type { Io, Output } from '../io.ts';
import type { Display } from './display.ts';
import type { Voice } from './voice.ts';

/** Milliseconds between two pictures. */
const INTERVAL = 100;
const MOST_LINES = 14;
/** Smaller terminals belong to the command. */
const LEAST_ROWS = 12;

const SAVE_CURSOR = '\u001b7';
const RESTORE_CURSOR = '\u001b8';
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';
const WHOLE_SCREEN = '\u001b[r';

/** A stream that may be a terminal with a height. */
type Screen = Output & { readonly rows?: number };

/** Whether a waterfall can stand at the foot of that stream's terminal. */
export function canShowLive(stream: Screen, env: Io['env']): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && (stream.rows ?? 0) >= LEAST_ROWS;
}

/**
 * A waterfall in the last lines of the terminal. The lines above are a scroll region of their own, in which the command's
 * output goes on as ever.
 */
export class LiveDisplay implements Display {
  readonly #voice: Voice;
  readonly #terminal: () => PenOptions;
  readonly #onResize = (): void => this.#resize();
  #records: RoundTripRecord[] = [];
  #requests = 0;
  #failed = 0;
  #lines = 0;
  #rows = 0;
  #isChanged = false;
  #drawnAt = -Infinity;

  /** @param terminal - what it can show now: its width changes. */
  constructor(voice: Voice, terminal: () => PenOptions) {
    this.#voice = voice;
    this.#terminal = terminal;
  }

  add(record: RoundTripRecord): void {
    this.#requests++;
    if (hasFailed(record)) this.#failed++;
    this.#records.push(record);
    if (this.#records.length >= 2 * MOST_LINES) this.#records = this.#records.slice(-MOST_LINES);
    this.#isChanged = true;
  }

  flush(): void {
    if (!this.#isChanged || performance.now() - this.#drawnAt < INTERVAL) return;
    if (this.#lines === 0) this.#open();
    this.#draw();
  }

  end(): void {
    if (this.#lines === 0) return;
    this.#screen.off('resize', this.#onResize);
    this.#voice.write(this.#closing());
    this.#lines = 0;
  }

  get #screen(): Screen {
    return this.#voice.stream;
  }

  /** Makes room below what the terminal shows, and keeps the command out of it. */
  #open(): void {
    this.#measure();
    this.#screen.on('resize', this.#onResize);
    this.#voice.write(this.#opening());
  }

  #measure(): void {
    this.#rows = this.#screen.rows ?? LEAST_ROWS;
    this.#lines = Math.max(2, Math.min(MOST_LINES, Math.floor(this.#rows / 3)));
  }

  #opening(): string {
    const room = '\n'.repeat(this.#lines) + `\u001b[${this.#lines}A`;
    return `${room}${SAVE_CURSOR}\u001b[1;${this.#rows - this.#lines}r${RESTORE_CURSOR}`;
  }

  #closing(): string {
    const first = this.#rows - this.#lines + 1;
    return `${SAVE_CURSOR}${WHOLE_SCREEN}\u001b[${first};1H${CLEAR_BELOW}${RESTORE_CURSOR}`;
  }

  #resize(): void {
    this.#voice.write(this.#closing());
    this.#measure();
    this.#voice.write(this.#opening());
    this.#draw();
  }

  #draw(): void {
    this.#isChanged = false;
    this.#drawnAt = performance.now();
    const view = { records: this.#records, requests: this.#requests, failed: this.#failed };
    const first = this.#rows - this.#lines + 1;
    const rows = drawLive(view, new Pen(this.#terminal()), this.#lines).map(
      (line, index) => `\u001b[${first + index};1H${CLEAR_LINE}${line}`,
    );
    this.#voice.write(SAVE_CURSOR + rows.join('') + RESTORE_CURSOR);
  }
}
