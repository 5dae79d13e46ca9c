import { now } from '../events/clock.ts';
import type { ConnectionRecord, RoundTripRecord } from '../record/types.ts';
import { processInfo } from '../record/process-info.ts';
import { TRACE_FILE_VERSION } from '../trace-file/types.ts';
import type { BatchCost } from './pace.ts';
import { IdlePart } from './idle-part.ts';
import { encodeRow } from './row.ts';
import type { Sink } from './sink.ts';
import { startTimer } from './system.ts';

/** Milliseconds between looks at what waits; a record that comes after a pause waits no longer. */
const INTERVAL = 20;
/**
 * Milliseconds from one batch to the next, at least. A write takes as long as encoding several records, most of it in the
 * system. With INTERVAL it is what is lost at most of a process that is killed: 100 ms.
 */
const WRITE_INTERVAL = 80;
/** Milliseconds that the number of round trips that were not recorded waits at most, when no record takes it along. */
const COUNT_INTERVAL = 1000;
/** Records that wait at most: more are written at once. */
const BATCH = 256;
/** Records that are kept while they cannot be written. */
const MOST_KEPT = 4096;

/** What an {@link Outbox} tells. */
export interface OutboxEvents {
  /** Nobody will ever read what is recorded. */
  onAbandoned(): void;
  /** Records were encoded and written. */
  onWritten(cost: BatchCost): void;
}

/**
 * Records on their way out of a traced program: they wait for a moment in which the program does not, and are encoded and
 * written together.
 */
export class Outbox {
  readonly #sink: Sink;
  readonly #events: OutboxEvents;
  readonly #timer: NodeJS.Timeout;
  readonly #idlePart = new IdlePart();
  #isTimed = false;
  #waiting: (RoundTripRecord | ConnectionRecord)[] = [];
  /** A batch that could not be written. */
  #stuck = '';
  #stuckRecords = 0;
  #lost = 0;
  /** Round trips that were not recorded, since they were last told. */
  #skipped = 0;
  #writtenAt = -Infinity;

  constructor(sink: Sink, events: OutboxEvents) {
    this.#sink = sink;
    this.#events = events;
    // One timer for all batches, made outside of the program's async contexts; it keeps no process alive.
    this.#timer = startTimer(() => this.#onTime(), INTERVAL).unref();
  }

  add(record: RoundTripRecord | ConnectionRecord): void {
    if (this.#waiting.length + this.#stuckRecords >= MOST_KEPT) {
      this.#lost++;
      return;
    }
    this.#waiting.push(record);
    if (this.#waiting.length >= BATCH && this.#stuck === '') this.#flush();
    else this.#startTimer();
  }

  /** A round trip is not recorded because there are too many. */
  skip(): void {
    this.#skipped++;
    this.#startTimer();
  }

  /** Writes what waits, for the last time. */
  end(): void {
    this.#flush();
    // The batch that was stuck may have made room.
    this.#flush();
    this.#lost += this.#waiting.length + this.#stuckRecords;
    this.#waiting = [];
    this.#tellLost();
    this.#sink.end();
  }

  #flush(): void {
    const begun = now();
    if (this.#stuck === '') {
      if (this.#waiting.length === 0 && this.#skipped === 0) return;
      this.#stuck = this.#waiting.map(encodeRow).join('') + this.#skippedRow();
      this.#stuckRecords = this.#waiting.length;
      this.#waiting = [];
    }
    const encoded = now();
    if (this.#sink.write(this.#stuck)) {
      const records = this.#stuckRecords;
      this.#stuck = '';
      this.#stuckRecords = 0;
      this.#writtenAt = encoded;
      const idle = this.#idlePart.read();
      this.#events.onWritten({ encoding: encoded - begun, writing: now() - encoded, records, idle });
    } else if (this.#sink.isAbandoned) {
      this.#waiting = [];
      this.#events.onAbandoned();
    }
    this.#tellLost();
  }

  #onTime(): void {
    this.#isTimed = false;
    const interval = this.#hasRecords ? WRITE_INTERVAL : COUNT_INTERVAL;
    if (now() - this.#writtenAt >= interval) this.#flush();
    const isAnyLeft = this.#hasRecords || this.#skipped > 0;
    if (isAnyLeft && !this.#sink.isAbandoned) this.#startTimer();
  }

  get #hasRecords(): boolean {
    return this.#waiting.length > 0 || this.#stuck !== '';
  }

  #startTimer(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#timer.refresh();
  }

  #skippedRow(): string {
    if (this.#skipped === 0) return '';
    const records = this.#skipped;
    this.#skipped = 0;
    const process = processInfo();
    return encodeRow({ type: 'lost', version: TRACE_FILE_VERSION, process, records, reason: 'rate' });
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    this.#sink.lose(this.#lost);
    this.#lost = 0;
  }
}
