import type { Connection, ConnectionWatcher } from './events/connection.ts';
import { ROUND_TRIP, type RoundTrip } from './events/round-trip.ts';
import { callSite } from './record/call-site.ts';
import { CapturePool } from './record/capture-pool.ts';
import { SameParts } from './record/compact.ts';
import { ConnectionLog } from './record/connection-log.ts';
import { connectionRecord } from './record/connection-record.ts';
import { KeptRecords } from './record/kept-records.ts';
import { makeRecord } from './record/make-record.ts';
import { OpenBuilders } from './record/open-builders.ts';
import { RecordBuilder } from './record/record-builder.ts';
import { Redaction, type RedactionOptions } from './record/redact.ts';
import type { ConnectionRecord, RoundTripRecord } from './record/types.ts';
import { runWithClientTrace } from './runtime.ts';
import { callReported } from './trace/call.ts';
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
/** Longer ones `setTimeout` takes for 1 ms. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Takes the records out of `recorder`. */
let take: (recorder: Recorder) => RoundTripRecord[];

/** Makes a record of each round trip that it sees, in what `run` runs or, by `observe(recorder.factory)`, everywhere. */
export class Recorder {
  /** To be given to `observe`, `withClientTrace` or `runWithClientTrace`. */
  readonly factory: TraceFactory;
  readonly #options: RecorderOptions;
  readonly #redaction: Redaction;
  readonly #same = new SameParts();
  readonly #pool = new CapturePool();
  readonly #kept: KeptRecords;
  readonly #open = new OpenBuilders((builder) => this.#finish(builder));
  readonly #connections = new ConnectionLog();
  /** Undefined when nobody asked: a connection outlives many recorders, and would keep each of them. */
  readonly #watcher: ConnectionWatcher | undefined;
  readonly #idle: (() => void)[] = [];

  static {
    take = (recorder) => recorder.#kept.take();
  }

  /** @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) for an option of the wrong type. */
  constructor(options: RecorderOptions = {}) {
    checkOptions(options);
    this.#options = options;
    this.#redaction = new Redaction(options);
    this.#kept = new KeptRecords(options.limit ?? DEFAULT_LIMIT, this.#pool, (capture) =>
      makeRecord(capture, this.#redaction, this.#same),
    );
    this.factory = (info) => {
      this.#begin(info);
      return undefined;
    };
    if (options.onConnection !== undefined) {
      const told = new WeakSet<Connection>();
      this.#watcher = {
        connectionClosed: (connection) => {
          // A stream can end after its session, whose connection was told of and forgotten then.
          if (told.has(connection)) return;
          told.add(connection);
          this.#tellConnection(connection);
        },
      };
    }
  }

  /** Calls `fn`; all round trips of it and of what it starts are recorded. Returns what `fn` returns. */
  run<R>(fn: () => R): R {
    if (typeof fn !== 'function') throw argumentError(`Recorder.run: fn is ${describe(fn)}; give a function`);
    return runWithClientTrace(this.factory, fn);
  }

  /**
   * Records of the round trips that have finished up to now, in the order in which they finished; the latest `limit`. A
   * record is made when it is first asked for (some 10 µs); until then it takes less memory and next to no time.
   */
  get records(): readonly RoundTripRecord[] {
    return this.#kept.all();
  }

  /** The connections that recorded round trips used and that are open. */
  get connections(): readonly ConnectionRecord[] {
    return this.#connections.open().map((connection) => connectionRecord(connection, this.#redaction));
  }

  /** Round trips that have begun and not finished. */
  get open(): number {
    return this.#open.size;
  }

  /** Records that `records` no longer has because there were more than `limit`. */
  get dropped(): number {
    return this.#kept.dropped;
  }

  /**
   * Waits until no round trip is open: a response can have been read while its connection is still on its way back to
   * the pool. Those that are open after `timeout` milliseconds (default 1000, `Infinity` for as long as it takes) are
   * recorded as they are, `incomplete`.
   *
   * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) when `timeout` is not a number of milliseconds.
   */
  async flush(options: { readonly timeout?: number } = {}): Promise<void> {
    const { timeout = DEFAULT_TIMEOUT } = options;
    checkNumber('Recorder.flush', 'timeout', timeout, 'milliseconds');
    if (this.#open.size > 0 && timeout > 0) await this.#whenIdle(timeout);
    for (const builder of this.#open.all()) this.#finish(builder);
  }

  #whenIdle(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeout === Infinity ? undefined : setTimeout(resolve, Math.min(timeout, MAX_TIMEOUT));
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #begin(info: RoundTripInfo): void {
    const roundTrip = roundTripOf(info);
    // The same recorder can be in a context twice, or in a context and an observer.
    if (roundTrip === undefined || this.#open.has(roundTrip)) return;
    const capture = this.#pool.take();
    if (this.#options.callSite === true) capture.callSite = callSite();
    this.#open.add(new RecordBuilder(roundTrip, capture, this.#open));
  }

  #finish(builder: RecordBuilder): void {
    const capture = builder.take();
    // flush() has recorded it before its end.
    if (capture === undefined) return;
    this.#open.remove(builder);
    const isClosing = capture.after === 'closed';
    const isWanted = this.#options.onRecord !== undefined;
    if (isWanted || capture.mustBeMade) {
      const record = makeRecord(capture, this.#redaction, this.#same);
      this.#pool.give(capture);
      this.#kept.add(record);
      if (isWanted) callReported(this, 'onRecord', () => this.#options.onRecord?.(record));
    } else this.#kept.add(capture);
    if (this.#open.size === 0 && this.#idle.length > 0) for (const resume of this.#idle.splice(0)) resume();
    const { connection } = builder.roundTrip;
    // One that is about to be closed is not remembered as open, which takes as long as two events.
    if (connection !== undefined && (isClosing || this.#connections.add(connection))) this.#watch(connection);
  }

  #watch(connection: Connection): void {
    if (this.#watcher === undefined) return;
    // Closed before its last round trip was over, so nobody will tell.
    if (connection.closed !== undefined) this.#watcher.connectionClosed(connection);
    else (connection.watchers ??= new Set()).add(this.#watcher);
  }

  #tellConnection(connection: Connection): void {
    callReported(this, 'onConnection', () =>
      this.#options.onConnection?.(connectionRecord(connection, this.#redaction)),
    );
  }
}

function checkOptions(options: RecorderOptions): void {
  checkNumber('Recorder', 'limit', options.limit ?? 0, 'records to keep');
  for (const name of ['onRecord', 'onConnection'] as const) {
    const callback: unknown = options[name];
    if (callback !== undefined && typeof callback !== 'function') {
      throw argumentError(`Recorder: ${name} is ${describe(callback)}; give a function`);
    }
  }
  for (const name of ['allowQuery', 'allowHeaders'] as const) {
    const list: unknown = options[name];
    if (list !== undefined && !Array.isArray(list)) {
      throw argumentError(`Recorder: ${name} is ${describe(list)}; give an array of names`);
    }
  }
}

function checkNumber(where: string, name: string, value: unknown, unit: string): void {
  if (typeof value === 'number' && value >= 0) return;
  throw argumentError(
    `${where}: ${name} is ${typeof value === 'number' ? value : describe(value)}; give the number of ${unit}, 0 or more`,
  );
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
 *
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`), as a rejection, for an option of the wrong type, before `fn` is called.
 */
export async function record<R>(fn: () => R | Promise<R>, options: RecordOptions = {}): Promise<Recorded<R>> {
  const { timeout = DEFAULT_TIMEOUT } = options;
  checkNumber('record', 'timeout', timeout, 'milliseconds');
  const recorder = new Recorder(options);
  let result: PromiseSettledResult<R>;
  try {
    result = { status: 'fulfilled', value: await recorder.run(fn) };
  } catch (reason) {
    result = { status: 'rejected', reason };
  }
  await recorder.flush({ timeout });
  // Taken, because a connection that was opened in the recorder's context keeps that, and by it the recorder.
  return { ...result, records: take(recorder) };
}
