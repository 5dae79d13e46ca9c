import { callHooks, hasHook, reportFailure } from '../trace/call.ts';
import type {
  ClientName,
  DNSDoneInfo,
  GotConnInfo,
  HeaderMap,
  ResponseInfo,
  RoundTripInfo,
  TLSConnectionState,
} from '../trace/client-trace.ts';
import { type ContextNode, currentNode } from '../trace/context.ts';
import { HttptraceError } from '../trace/errors.ts';
import { type Hook, HOOKS } from '../trace/hooks.ts';
import { nextId } from '../trace/shared.ts';
import { NO_TRACES, type Resolution } from '../trace/trace-list.ts';
import { type AsyncScope, currentScope } from '../trace/async-scope.ts';
import { enterEvent, leaveEvent } from './clock.ts';
import type { Connection } from './connection.ts';
import type { RawFields } from './flat-fields.ts';
import { LaterEvents } from './later.ts';

/** Under this key a round trip gives itself to record builders, of whatever copy of the library. */
export const ROUND_TRIP: unique symbol = Symbol.for('httptrace.roundTrip.1') as never;

const RESOLVED = Promise.resolve();

/** Those whose hooks are held until the next microtask, first to last. */
let firstHeld: RoundTrip | undefined;
let lastHeld: RoundTrip | undefined;

const GOT_CONN = 1;
const WROTE_HEADERS = 2;
const WROTE_REQUEST = 4;
const FIRST_BYTE = 8;
const GOT_100 = 16;
const RESPONSE = 32;
const LAST_BYTE = 64;
const PUT_IDLE = 128;
const DONE = 256;

/**
 * One round trip as its probe sees it: the methods are the events, each called by the probe when it happens. They keep
 * the contract (once, in order, nothing after the end), stamp the time once and call the hooks. It is also what hooks
 * and factories get as `RoundTripInfo`, so that a traced round trip costs one object.
 */
export abstract class RoundTrip implements RoundTripInfo, Resolution {
  readonly id: number;
  readonly client: ClientName;
  readonly method: string;
  callId: number;
  attempt = 1;
  reason: RoundTripInfo['reason'] = 'first';
  callKnown = false;
  intercepted = false;

  traces = NO_TRACES;
  deciding = 0;
  /** Context in which the hooks run; undefined when only observers watch, who never touch the async context. */
  context: ContextNode | undefined = undefined;
  /** Runs hooks in the whole async context of who asked for it; undefined where most run there anyway. */
  scope: AsyncScope | undefined = undefined;
  /** Who remembers it; {@link AllSinks} when there are several. */
  #sink: EventSink | undefined = undefined;
  /** The connection that serves it, from `gotConn` on. */
  connection: Connection | undefined = undefined;
  #seen = 0;
  /** Events are told later: a hook is being called, or hooks are held. */
  #mustWait = false;
  /** Those events, first to last. */
  #later: LaterEvents | undefined = undefined;
  /** The next one whose hooks are held. */
  #heldAfter: RoundTrip | undefined = undefined;

  constructor(client: ClientName, method: string) {
    this.id = nextId();
    this.callId = this.id;
    this.client = client;
    this.method = method;
  }

  /** Its hooks run in `context`, by `scope`, or by one of its own that is made now: for clients that tell of it elsewhere. */
  runIn(context: ContextNode, scope?: AsyncScope): void {
    this.context = context;
    this.scope ??= scope ?? currentScope();
  }

  /**
   * Its hooks are called from the next microtask on: for clients that fail when the request is aborted while they make it.
   */
  holdHooks(): void {
    if (this.traces.length === 0) return;
    this.#mustWait = true;
    if (lastHeld === undefined) firstHeld = this;
    else lastHeld.#heldAfter = this;
    lastHeld = this;
    // `queueMicrotask` makes an AsyncResource each time. One of these for each, because its hooks are called in the async
    // context of this moment; no closure, because microtasks run in the order in which they were asked for.
    void RESOLVED.then(RoundTrip.#letFirstGo);
  }

  static #letFirstGo(this: void): void {
    const held = firstHeld;
    if (held === undefined) return;
    firstHeld = held.#heldAfter;
    if (firstHeld === undefined) lastHeld = undefined;
    held.#heldAfter = undefined;
    held.#letGo();
  }

  get [ROUND_TRIP](): this {
    return this;
  }

  abstract get clientVersion(): string;
  abstract get url(): string;

  /** What makes `url` when somebody asks, and keeps nothing else. */
  get target(): { readonly url: string } {
    return { url: this.url };
  }

  /** The request's head as sent; undefined when it is not known (any more). */
  abstract get sentHead(): SentHead | undefined;
  /** What records tell of the exchange beyond the hooks. */
  abstract facts(): ExchangeFacts;

  /** Some trace or sink wants this event: asked before making arguments that cost. */
  wants(hook: Hook): boolean {
    return this.#sink !== undefined || this.#isCalled(hook);
  }

  /** The event of `hook` calls some hook of a trace. */
  #isCalled(hook: Hook): boolean {
    if (hasHook(this.traces, hook)) return true;
    return hook === HOOKS.wroteHeaders && hasHook(this.traces, HOOKS.wroteHeaderField);
  }

  /** Records are made of it: facts that only they tell are worth finding out. */
  get detailed(): boolean {
    return this.#sink !== undefined;
  }

  get sinks(): readonly EventSink[] {
    const sink = this.#sink;
    if (sink === undefined) return NO_SINKS;
    return sink instanceof AllSinks ? sink.all : [sink];
  }

  /** From now on `sink` is told each event. */
  addSink(sink: EventSink): void {
    this.#sink = this.#sink === undefined ? sink : new AllSinks([...this.sinks, sink]);
  }

  removeSink(sink: EventSink): void {
    this.#sink = this.#sink === sink ? undefined : this.#without(sink);
  }

  #without(sink: EventSink): EventSink | undefined {
    const rest = this.sinks.filter((one) => one !== sink);
    return rest.length > 1 ? new AllSinks(rest) : rest[0];
  }

  get hasConn(): boolean {
    return (this.#seen & GOT_CONN) !== 0;
  }

  get headersWritten(): boolean {
    return (this.#seen & WROTE_HEADERS) !== 0;
  }

  get requestWritten(): boolean {
    return (this.#seen & WROTE_REQUEST) !== 0;
  }

  get firstByteSeen(): boolean {
    return (this.#seen & FIRST_BYTE) !== 0;
  }

  get lastByteSeen(): boolean {
    return (this.#seen & LAST_BYTE) !== 0;
  }

  get isDone(): boolean {
    return (this.#seen & DONE) !== 0;
  }

  roundTripStart(time: number): void {
    this.#fire(HOOKS.roundTripStart, time, this);
  }

  getConn(time: number, hostPort: string): void {
    this.#fire(HOOKS.getConn, time, hostPort);
  }

  gotConn(time: number, connection: Connection, reused: boolean, wasIdle: boolean): void {
    if (!this.#first(GOT_CONN)) return;
    this.connection = connection;
    // NaN when nobody knows since when it was idle.
    const idleTime = wasIdle ? time - connection.idleSince : 0;
    connection.take(this, reused, wasIdle, idleTime);
    const info: GotConnInfo | undefined = hasHook(this.traces, HOOKS.gotConn)
      ? {
          conn: connection.socket,
          reused,
          wasIdle,
          idleTime: Number.isNaN(idleTime) ? undefined : idleTime,
        }
      : undefined;
    this.#fire(HOOKS.gotConn, time, info);
  }

  /** The head was written: one `wroteHeaderField` a field, `wroteHeaders`, and `wait100Continue` when it asks for it. */
  wroteHeaders(time: number, expectsContinue: boolean): void {
    if (!this.hasConn || !this.#first(WROTE_HEADERS)) return;
    this.#fire(HOOKS.wroteHeaders, time);
    // A hook for the head can have aborted the request.
    if (expectsContinue && !this.isDone) this.#fire(HOOKS.wait100Continue, time);
  }

  wroteRequest(time: number, err: Error | null): void {
    if (!this.hasConn || !this.#first(WROTE_REQUEST)) return;
    this.#fire(HOOKS.wroteRequest, time, outcome(err));
  }

  gotFirstResponseByte(time: number): void {
    if (!this.hasConn || !this.#first(FIRST_BYTE)) return;
    this.#fire(HOOKS.gotFirstResponseByte, time);
  }

  got100Continue(time: number): void {
    if (!this.#first(GOT_100)) return;
    this.#fire(HOOKS.got100Continue, time);
  }

  /** Returns the Error with which a hook asks to abort. */
  got1xxResponse(time: number, code: number, header: HeaderMap): Error | undefined {
    if (this.isDone) return undefined;
    return this.#fire(HOOKS.got1xxResponse, time, code, header);
  }

  /** `info` is undefined when no trace {@link wants} it. */
  gotResponse(time: number, info: ResponseInfo | undefined): void {
    if (!this.#first(RESPONSE) || info === undefined) return;
    this.#fire(HOOKS.gotResponse, time, info);
  }

  gotLastResponseByte(time: number): void {
    if ((this.#seen & RESPONSE) === 0 || !this.#first(LAST_BYTE)) return;
    this.#fire(HOOKS.gotLastResponseByte, time);
  }

  putIdleConn(time: number, err: Error | null): void {
    if (!this.#first(PUT_IDLE)) return;
    this.#fire(HOOKS.putIdleConn, time, err);
  }

  roundTripDone(time: number, err: Error | null): void {
    if (this.isDone) return;
    if (this.hasConn && (this.#seen & WROTE_REQUEST) === 0) {
      this.wroteRequest(time, err ?? cutOff('the connection ended before the request was written'));
    }
    this.#seen |= DONE;
    this.connection?.release(this);
    this.#fire(HOOKS.roundTripDone, time, outcome(err));
    if (this.#later === undefined) this.released();
  }

  /** All has been told: what is the client's must not be kept any longer. Can be called more than once. */
  protected released(): void {
    this.scope = undefined;
  }

  // The dial's events. They may come after the end: a dial can outlive the round trip that asked for it.

  dnsStart(time: number, host: string): void {
    this.#fire(HOOKS.dnsStart, time, { host });
  }

  dnsDone(time: number, info: DNSDoneInfo): void {
    this.#fire(HOOKS.dnsDone, time, info);
  }

  connectStart(time: number, network: 'tcp' | 'unix', addr: string): void {
    this.#fire(HOOKS.connectStart, time, network, addr);
  }

  connectDone(time: number, network: 'tcp' | 'unix', addr: string, err: Error | null): void {
    this.#fire(HOOKS.connectDone, time, network, addr, err);
  }

  tlsHandshakeStart(time: number): void {
    this.#fire(HOOKS.tlsHandshakeStart, time);
  }

  tlsHandshakeDone(time: number, state: TLSConnectionState, err: Error | null): void {
    this.#fire(HOOKS.tlsHandshakeDone, time, state, err);
  }

  /** Marks `flag`; false when it was marked before or the round trip is over. */
  #first(flag: number): boolean {
    if ((this.#seen & (flag | DONE)) !== 0) return false;
    this.#seen |= flag;
    return true;
  }

  #fire(hook: Hook, time: number, a?: unknown, b?: unknown, c?: unknown): Error | undefined {
    const sink = this.#sink;
    if (sink !== undefined) tellSink(sink, hook, time, a, b, c);
    if (this.traces.length === 0) return undefined;
    if (this.#mustWait) return this.#callAfter(hook, time, a, b, c);
    const { context } = this;
    if (context !== undefined && currentNode() !== context) return this.#callIn(context, hook, time, a, b, c);
    return this.#call(hook, time, a, b, c);
  }

  #call(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): Error | undefined {
    const decision = this.#callNow(hook, time, a, b, c);
    if (this.#later !== undefined) this.#callLater();
    return decision;
  }

  #callNow(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): Error | undefined {
    // Fields are told with their head and are no event of their own: what it takes to tell one is not taken for each field.
    const fields = hook === HOOKS.wroteHeaders ? this.#fieldsToTell() : undefined;
    const outer = enterEvent(time);
    this.#mustWait = true;
    if (fields !== undefined) this.#callFields(fields);
    const decision = callHooks(this.traces, this.deciding, hook, a, b, c);
    this.#mustWait = false;
    leaveEvent(outer);
    return decision;
  }

  #fieldsToTell(): readonly FieldGroup[] | undefined {
    return hasHook(this.traces, HOOKS.wroteHeaderField) ? this.sentHead?.fields() : undefined;
  }

  #callFields(fields: readonly FieldGroup[]): void {
    const { traces, deciding } = this;
    // No iterator, which takes as long as calling a hook that is empty.
    for (let i = 0; i < fields.length; i++) {
      const { name, values } = fields[i]!;
      callHooks(traces, deciding, HOOKS.wroteHeaderField, name, values, undefined);
    }
  }

  /**
   * A hook did what causes this event (it aborts its own request): the hooks after it still have to be told the event at
   * hand. Or hooks are held.
   */
  #callAfter(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): undefined {
    (this.#later ??= LaterEvents.take()).add(hook, time, a, b, c);
  }

  /**
   * Node runs most events of a request in its own async context already; run() only where it does not (queued requests,
   * socket 'close'), because it costs.
   */
  #callIn(
    context: ContextNode,
    hook: Hook,
    time: number,
    a: unknown,
    b: unknown,
    c: unknown,
  ): Error | undefined {
    if (!this.#isCalled(hook)) return undefined;
    // In a method of its own: V8 puts what a closure uses on the heap in each call of the function that may make one.
    return this.#runIn(context, () => this.#call(hook, time, a, b, c));
  }

  #runIn<T>(context: ContextNode, call: () => T): T {
    // From Node 24 on `run` makes a map each time: 250 ns, where a scope that is there takes 20.
    return this.scope === undefined ? context.run(call) : this.scope.runInAsyncScope(call);
  }

  #callLater(): void {
    const later = this.#later;
    if (later !== undefined) {
      // What comes while these are told comes after them.
      for (let i = 0; i < later.count; i++) {
        this.#callNow(later.hook(i), later.time(i), later.arg(i, 0), later.arg(i, 1), later.arg(i, 2));
      }
      this.#later = undefined;
      later.giveBack();
    }
    if (this.isDone) this.released();
  }

  #letGo(): void {
    this.#mustWait = false;
    const { context } = this;
    if (context === undefined || currentNode() === context) this.#callLater();
    else this.#runIn(context, () => this.#callLater());
  }
}

/**
 * Who remembers a round trip instead of acting on it. It is told before the hooks are, in no async context, and is not
 * wrapped as they are: recording costs less than half of what it cost as a trace with twenty hooks.
 */
export interface EventSink {
  /** An event, with its hook's arguments; those of `gotConn` may be missing, and `wroteHeaderField` is not told. */
  event(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): void;
}

const NO_SINKS: readonly EventSink[] = [];

function tellSink(sink: EventSink, hook: Hook, time: number, a: unknown, b: unknown, c: unknown): void {
  try {
    sink.event(hook, time, a, b, c);
  } catch (error) {
    reportFailure(sink, hook.name, error);
  }
}

/** Several recorders remember one round trip. */
class AllSinks implements EventSink {
  readonly all: readonly EventSink[];

  constructor(all: readonly EventSink[]) {
    this.all = all;
  }

  event(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): void {
    for (const sink of this.all) tellSink(sink, hook, time, a, b, c);
  }
}

/** Neighbouring lines of one name in a head. */
export interface FieldGroup {
  readonly name: string;
  /** Frozen, because hooks get this very array, and those of the next request with the same head do too. */
  readonly values: readonly string[];
}

/** A head that was sent; read when somebody asks, and nothing of the client's is kept by it. */
export interface SentHead {
  /** In the order of the wire. */
  fields(): readonly FieldGroup[];
}

/** What a probe knows of an exchange and no hook tells; read by records when the round trip is over. */
export interface ExchangeFacts {
  readonly requestHttpVersion: string;
  /** Bytes written to and read from the connection for this round trip; undefined when not known. */
  readonly bytesWritten: number | undefined;
  readonly bytesRead: number | undefined;
  /** Body bytes that the client's parser gave. */
  readonly bodyBytes: number | undefined;
  readonly responseFields: RawFields;
  readonly trailers: RawFields;
}

const WENT_WELL = Object.freeze({ err: null });

/** What hooks get of something that is over. One object for all that went well. */
function outcome(err: Error | null): { readonly err: Error | null } {
  return err === null ? WENT_WELL : { err };
}

/** For what ended although nobody gave a reason. */
export function cutOff(message: string): HttptraceError {
  return new HttptraceError('ERR_HTTPTRACE_CUT_OFF', message);
}
