import type { Connection, ConnectionWatcher } from './events/connection.ts';
import { ROUND_TRIP, type RoundTrip } from './events/round-trip.ts';
import { callSite } from './record/call-site.ts';
import { connectionRecord } from './record/connection-record.ts';
import { makeRecord } from './record/make-record.ts';
import { RecordBuilder } from './record/record-builder.ts';
import { Redaction, type RedactionOptions } from './record/redact.ts';
import type { ConnectionRecord, RoundTripRecord } from './record/types.ts';
import { runWithClientTrace } from './runtime.ts';
import type { RoundTripInfo, TraceFactory } from './trace/client-trace.ts';
import { argumentError, describe } from './trace/errors.ts';

/** Options of {@link Recorder}. */
export interface RecorderOptions extends RedactionOptions {
  /** Called with each record when its round trip is over. What it throws is reported like a hook's failure. */
  onRecord?(record: RoundTripRecord): void;
  /** Called with each connection of a recorded round trip when it has ended. */
  onConnection?(record: ConnectionRecord): void;
  /** How many records are kept in `records`; older ones go and are counted in `dropped`. Default: 10000. 0 keeps none. */
  readonly limit?: number;
  /** Record where in the application each request was made. Costs a stack trace a round trip. Default: false. */
  readonly callSite?: boolean;
}

const DEFAULT_LIMIT = 10_000;
const DEFAULT_TIMEOUT = 1000;

/** Makes a record of each round trip that it sees, in what `run` runs or, by `observe(recorder.factory)`, everywhere. */
export class Recorder {
  /** To be given to `observe`, `withClientTrace` or `runWithClientTrace`. */
  readonly factory: TraceFactory;
  readonly #options: RecorderOptions;
  readonly #redaction: Redaction;
  readonly #limit: number;
  readonly #records: RoundTripRecord[] = [];
  readonly #open = new Set<RecordBuilder>();
  /** Open connections, with the proxy each goes through. */
  readonly #connections = new Map<Connection, string | undefined>();
  readonly #watcher: ConnectionWatcher;
  #idle: (() => void)[] = [];
  #dropped = 0;

  /** @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) for an option of the wrong type. */
  constructor(options: RecorderOptions = {}) {
    const { limit = DEFAULT_LIMIT } = options;
    if (!(typeof limit === 'number' && limit >= 0)) {
      throw argumentError(
        `Recorder: limit is ${String(limit)}; give the number of records to keep, 0 or more`,
      );
    }
    this.#options = options;
    this.#limit = limit;
    this.#redaction = new Redaction(options);
    this.factory = (info) => this.#begin(info);
    this.#watcher = { connectionClosed: (connection) => this.#connectionClosed(connection) };
  }

  /** Calls `fn`; all round trips of it and of what it starts are recorded. Returns what `fn` returns. */
  run<R>(fn: () => R): R {
    if (typeof fn !== 'function') throw argumentError(`Recorder.run: fn is ${describe(fn)}; give a function`);
    return runWithClientTrace(this.factory, fn);
  }

  /** Records of finished round trips, in the order in which they finished; the latest `limit`. */
  get records(): readonly RoundTripRecord[] {
    return this.#records;
  }

  /** The connections that recorded round trips used and that are open. */
  get connections(): readonly ConnectionRecord[] {
    return [...this.#connections].map(([connection, proxy]) => connectionRecord(connection, proxy));
  }

  /** Round trips that have begun and not finished. */
  get open(): number {
    return this.#open.size;
  }

  /** Records that `records` no longer has because there were more than `limit`. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Waits until no round trip is open: a response can have been read while its connection is still on its way back to
   * the pool. Those that are open after `timeout` milliseconds (default 1000) are recorded as they are, `incomplete`.
   */
  async flush(options: { readonly timeout?: number } = {}): Promise<void> {
    const { timeout = DEFAULT_TIMEOUT } = options;
    if (this.#open.size > 0 && timeout > 0) await this.#whenIdle(timeout);
    for (const builder of this.#open) this.#finish(builder);
  }

  #whenIdle(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeout);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #begin(info: RoundTripInfo): RecordBuilder | undefined {
    const roundTrip = roundTripOf(info);
    if (roundTrip === undefined) return undefined;
    const site = this.#options.callSite === true ? callSite() : undefined;
    const builder = new RecordBuilder(roundTrip, site, (done) => this.#finish(done));
    this.#open.add(builder);
    return builder;
  }

  #finish(builder: RecordBuilder): void {
    // False when flush() has recorded it before its end.
    if (!this.#open.delete(builder)) return;
    const record = makeRecord(builder, this.#redaction);
    if (this.#limit > 0) {
      this.#records.push(record);
      if (this.#records.length > this.#limit) {
        this.#records.shift();
        this.#dropped++;
      }
    }
    if (builder.connection !== undefined) this.#watch(builder.connection, record.connection?.proxy);
    if (this.#open.size === 0) for (const resume of this.#idle.splice(0)) resume();
    this.#options.onRecord?.(record);
  }

  #watch(connection: Connection, proxy: string | undefined): void {
    if (this.#connections.has(connection)) return;
    this.#connections.set(connection, proxy);
    // Closed with its last round trip, before anybody could watch it.
    if (connection.closed !== undefined) this.#connectionClosed(connection);
    else (connection.watchers ??= new Set()).add(this.#watcher);
  }

  #connectionClosed(connection: Connection): void {
    const proxy = this.#connections.get(connection);
    this.#connections.delete(connection);
    this.#options.onConnection?.(connectionRecord(connection, proxy));
  }
}

/** The round trip behind the public info; undefined for one of a client that brings its own (`resolveClientTrace`). */
function roundTripOf(info: RoundTripInfo): RoundTrip | undefined {
  // Only RoundTrip has the key, of this copy of the library or of one with the same protocol.
  return (info as { readonly [ROUND_TRIP]?: RoundTrip })[ROUND_TRIP];
}

/** What {@link record} gives: how `fn` ended, and the records of its round trips. */
export type Recorded<R> = PromiseSettledResult<R> & { readonly records: RoundTripRecord[] };

/** Options of {@link record}. */
export interface RecordOptions extends RecorderOptions {
  /** How long to wait for round trips that are open when `fn` has ended, in milliseconds. Default: 1000. */
  readonly timeout?: number;
}

/**
 * Calls `fn` and records all round trips of it and of what it starts. Never rejects: what `fn` throws is in the result,
 * with the records up to then, which is when they are needed.
 */
export async function record<R>(fn: () => R | Promise<R>, options: RecordOptions = {}): Promise<Recorded<R>> {
  const recorder = new Recorder(options);
  let result: PromiseSettledResult<R>;
  try {
    result = { status: 'fulfilled', value: await recorder.run(fn) };
  } catch (reason) {
    result = { status: 'rejected', reason };
  }
  await recorder.flush(options);
  return { ...result, records: [...recorder.records] };
}
