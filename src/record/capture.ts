import { now } from '../events/clock.ts';
import type { Connection } from '../events/connection.ts';
import { type FlatFields, textOf } from '../events/flat-fields.ts';
import type { LastResponse } from '../events/last-response.ts';
import type { ExchangeFacts, RoundTrip, SentHead } from '../events/round-trip.ts';
import type { HeaderMap, RoundTripInfo } from '../trace/client-trace.ts';
import type { ConnectionFacts } from './connection-record.ts';
import { DialBuilder } from './dial-builder.ts';
import type { ConnectionUse, RecordedEvent } from './types.ts';

/** Numbers of an event: the hook, the time, the event loop's idle time. */
export const MOMENT = 3;

const NOWHERE = { url: '' };
const NO_FIELDS: FlatFields = [];

/** Numbers that a capture has room for at first: the events of a GET, with a lookup and a dial. */
export const ROOM = 14 * MOMENT;

/** A 1xx response. */
export interface Informational {
  readonly status: number;
  readonly time: number;
  readonly header: HeaderMap;
}

/** A detail of an event that no other field tells. */
export interface EventDetail {
  /** Where the event is among those captured. */
  readonly at: number;
  readonly detail: NonNullable<RecordedEvent['detail']>;
}

/**
 * What is remembered of a round trip until somebody wants to see its record: times as numbers and what the client
 * gave, unread. Making a record takes as long as all of the tracing, and most records of a busy program are never
 * looked at. It keeps nothing alive of the client, of the traces or of the request.
 *
 * It is flat, and used again when its record was dropped or made ({@link clear}): the garbage collector copies what is kept
 * twice, object by object, and that took a third of what recording costs.
 */
export class Capture {
  /** {@link MOMENT} numbers an event, from {@link #first} on: an object an event costs three times as much. */
  #moments: Float64Array;
  #first: number;
  /** How many of them there is room for. */
  #room = ROOM;
  /** How many of them there are. */
  length = 0;
  callSite: readonly string[] | undefined = undefined;
  sentHead: SentHead | undefined = undefined;
  /** Where the connection was to go. */
  hostPort = '';
  status: number | undefined = undefined;
  statusText = '';
  httpVersion = '';
  connection: ConnectionFacts | undefined = undefined;
  // How it got its connection; see `ConnectionUse`.
  reused = false;
  wasIdle = false;
  served = 0;
  /** NaN when not known. A double from the first, which V8 keeps in its place, where a new one is a new object. */
  idleTime = Number.NaN;
  dial: DialBuilder | undefined = undefined;
  /** The one that it had once. */
  #ownBuilder: DialBuilder | undefined = undefined;
  informational: Informational[] | undefined = undefined;
  details: EventDetail[] | undefined = undefined;
  error: Error | null = null;
  /** `wroteRequest` came with an error. */
  writeFailed = false;
  /** It has ended; else it is recorded as it is. */
  done = false;

  // Known at the end.
  id = 0;
  callId = 0;
  attempt = 1;
  reason: RoundTripInfo['reason'] = 'first';
  callKnown = false;
  intercepted = false;
  client: RoundTripInfo['client'] = 'http';
  clientVersion = '';
  method = '';
  target: { readonly url: string } = NOWHERE;
  requestHttpVersion = '';
  bytesWritten: number | undefined = undefined;
  bytesRead: number | undefined = undefined;
  bodyBytes: number | undefined = undefined;
  responseFields: FlatFields = NO_FIELDS;
  trailers: FlatFields = NO_FIELDS;
  after: ConnectionUse['after'] = undefined;
  closeReason: string | undefined = undefined;
  /** When it was taken before its end, in milliseconds; NaN when it had ended. */
  taken = Number.NaN;
  /** Its own dial opened the connection that served it. */
  ownDial = false;

  /** The next one in a pool. */
  next: Capture | undefined = undefined;

  /**
   * @param moments - where its events go: a page of a pool's, or one of its own.
   * @param first - where its {@link ROOM} begins there.
   */
  constructor(moments: Float64Array = new Float64Array(ROOM), first = 0) {
    this.#moments = moments;
    this.#first = first;
  }

  /** Remembers an event. `idle`: for how long the event loop had been idle; NaN where no phase can begin or end. */
  add(code: number, time: number, idle: number): void {
    if (this.length === this.#room) this.#grow();
    const moments = this.#moments;
    const at = this.#first + this.length;
    moments[at] = code;
    moments[at + 1] = time;
    moments[at + 2] = idle;
    this.length += MOMENT;
  }

  /** The code of the hook whose event is `at`, of those from 0 to {@link length} in steps of {@link MOMENT}. */
  codeAt(at: number): number {
    return this.#moments[this.#first + at]!;
  }

  /** When the event `at` was. */
  timeAt(at: number): number {
    return this.#moments[this.#first + at + 1]!;
  }

  /** For how long the event loop had been idle at the event `at`; NaN when nobody asked. */
  idleAt(at: number): number {
    return this.#moments[this.#first + at + 2]!;
  }

  /** What it remembers of its own dial, from that dial's first event on. */
  dialled(): DialBuilder {
    return (this.dial ??= this.#ownBuilder ??= new DialBuilder());
  }

  /** It has just got `connection`. */
  got(connection: Connection, facts: ConnectionFacts): void {
    this.connection = facts;
    this.reused = connection.reused;
    this.wasIdle = connection.wasIdle;
    this.served = connection.served - 1;
    this.idleTime = connection.idleTime;
  }

  /** Reads from `roundTrip` what only it knows, and will not know any more. */
  close(roundTrip: RoundTrip, putIdleError: Error | null | undefined): void {
    if (!this.done) this.taken = now();
    this.id = roundTrip.id;
    this.callId = roundTrip.callId;
    this.attempt = roundTrip.attempt;
    this.reason = roundTrip.reason;
    this.callKnown = roundTrip.callKnown;
    this.intercepted = roundTrip.intercepted;
    this.client = roundTrip.client;
    this.clientVersion = roundTrip.clientVersion;
    this.method = roundTrip.method;
    this.target = roundTrip.target;
    this.sentHead ??= roundTrip.sentHead;
    const { connection } = roundTrip;
    this.#readFacts(roundTrip.facts(), connection?.lastResponse);
    if (connection === undefined) return;
    this.ownDial = !this.reused && connection.dial?.owner === roundTrip;
    if (!this.done) return;
    this.after = this.#afterwards(connection, putIdleError);
    // It may not have been closed yet, so the connection itself cannot tell.
    if (this.after === 'closed') {
      this.closeReason = putIdleError?.message ?? (this.error === null ? 'response' : 'error');
    }
  }

  #readFacts(facts: ExchangeFacts, last: LastResponse | undefined): void {
    this.requestHttpVersion = facts.requestHttpVersion;
    this.bytesWritten = facts.bytesWritten;
    this.bytesRead = facts.bytesRead;
    this.bodyBytes = facts.bodyBytes;
    this.responseFields =
      last === undefined ? facts.responseFields.map(textOf) : last.fields(facts.responseFields);
    // Most have none, in an array of their own.
    if (facts.trailers.length > 0) this.trailers = facts.trailers.map(textOf);
  }

  /** Forgets all of it, so that it can capture another round trip. */
  clear(): void {
    this.length = 0;
    this.callSite = undefined;
    this.sentHead = undefined;
    this.hostPort = '';
    this.status = undefined;
    this.statusText = '';
    this.httpVersion = '';
    this.connection = undefined;
    this.reused = false;
    this.wasIdle = false;
    this.served = 0;
    this.idleTime = Number.NaN;
    this.dial?.clear();
    this.dial = undefined;
    this.informational = undefined;
    this.details = undefined;
    this.error = null;
    this.writeFailed = false;
    this.done = false;
    this.target = NOWHERE;
    this.bytesWritten = undefined;
    this.bytesRead = undefined;
    this.bodyBytes = undefined;
    this.responseFields = NO_FIELDS;
    this.trailers = NO_FIELDS;
    this.after = undefined;
    this.closeReason = undefined;
    this.taken = Number.NaN;
    this.ownDial = false;
    this.next = undefined;
  }

  /** More events than there is room for have made it large. */
  get isLarge(): boolean {
    return this.#room > ROOM;
  }

  /** It has what must not be kept: the stack of an error keeps the request. */
  get mustBeMade(): boolean {
    return this.error !== null || (this.dial !== undefined && this.dial.mustBeMade);
  }

  #grow(): void {
    const larger = new Float64Array(this.#room * 2);
    larger.set(this.#moments.subarray(this.#first, this.#first + this.#room));
    this.#moments = larger;
    this.#first = 0;
    this.#room = larger.length;
  }

  #afterwards(
    connection: Connection,
    putIdleError: Error | null | undefined,
  ): NonNullable<ConnectionUse['after']> {
    // A pool is not asked, and CONNECT takes over the stream alone: the connection stays until its session ends.
    if (connection.protocol === 'h2') return connection.closed === undefined ? 'kept' : 'closed';
    if (this.#isHandedOver()) return 'handed-over';
    return putIdleError === null ? 'kept' : 'closed';
  }

  /** With 101, or whatever the answer to CONNECT, the socket is the program's own. */
  #isHandedOver(): boolean {
    return this.status === 101 || (this.method === 'CONNECT' && this.status !== undefined);
  }
}
