import type { SpoolReader } from '../../spool/reader.ts';
import type { LineSink } from './line-sink.ts';

/** Milliseconds between two looks into the spool. */
const INTERVAL = 50;
/** For each thread, so that many threads do not take all of our time. */
const INTERVAL_PER_THREAD = 0.25;
/** Milliseconds between two looks for processes that have gone without a word. */
const SWEEP_INTERVAL = 1000;

/** Carries rows from the spool to the sinks while the command runs. */
export class Pump {
  readonly #reader: SpoolReader;
  readonly #sinks: readonly LineSink[];
  #timer: NodeJS.Timeout | undefined;
  #sweptAt = performance.now();
  #isStopped = false;

  constructor(reader: SpoolReader, sinks: readonly LineSink[]) {
    this.#reader = reader;
    this.#sinks = sinks;
  }

  start(): void {
    if (this.#isStopped) return;
    const pause = this.#step() ? 0 : INTERVAL + this.#reader.threads * INTERVAL_PER_THREAD;
    this.#timer = setTimeout(() => this.start(), pause);
  }

  /** Carries what is left, once the command has ended. */
  finish(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    while (this.#step());
    this.#sweep();
    for (const sink of this.#sinks) sink.flush();
  }

  /** @returns whether there is more at once. */
  #step(): boolean {
    const { rows, isMore } = this.#reader.read();
    for (const row of rows) for (const sink of this.#sinks) sink.add(row);
    if (!isMore && performance.now() - this.#sweptAt > SWEEP_INTERVAL) this.#sweep();
    if (!isMore) for (const sink of this.#sinks) sink.flush();
    return isMore;
  }

  #sweep(): void {
    this.#sweptAt = performance.now();
    for (const row of this.#reader.sweep()) for (const sink of this.#sinks) sink.add(row);
  }
}
