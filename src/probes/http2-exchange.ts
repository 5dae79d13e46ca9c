import type { ClientHttp2Stream } from 'node:http2';
import { now } from '../events/clock.ts';
import { type ExchangeFacts, type RoundTrip, type SentHead, cutOff } from '../events/round-trip.ts';
import { HOOKS } from '../trace/hooks.ts';
import {
  Http2SentHead,
  type SentHeaders,
  codeName,
  headerMapOf,
  http2Head,
  methodOf,
  sentField,
  withoutPseudo,
} from './http2-head.ts';
import type { WatchedSession } from './http2-session.ts';
import type { StreamExchange } from './next-stream.ts';

const CONTINUE = 100;
/** Error code of a stream that was closed at its end (RFC 9113, 7). */
const NO_ERROR = 0;

/**
 * The watch on one stream: what node:http2 tells of it becomes the events of the round trip that it serves, which is
 * one of this probe or of undici's. `on…` methods are called before the stream's own listeners are.
 */
export class Http2Exchange implements StreamExchange {
  readonly #owner: RoundTrip;
  readonly #session: WatchedSession | undefined;
  #stream: ClientHttp2Stream | undefined;
  /** The request is a CONNECT: its stream becomes the caller's tunnel. */
  readonly #isConnect: boolean;
  #rawHeaders: readonly string[] | undefined = undefined;
  #rawTrailers: readonly string[] | undefined = undefined;
  /** When the first body byte, or the end, was read; NaN before. */
  #readTime = Number.NaN;
  /** When the stream's end was read; NaN before. */
  #endTime = Number.NaN;
  /** When the request was written; NaN before. */
  #writtenTime = Number.NaN;
  #sentHead: SentHead | undefined = undefined;
  #bodyBytes = 0;
  /** Its head is written at the end of this turn of the event loop. */
  #headDue = false;
  /** So is all of the request. */
  #requestDue = false;
  #expectsContinue = false;
  #finished = false;
  /** A hook has refused the response by its 1xx. */
  refused = false;

  constructor(owner: RoundTrip, stream: ClientHttp2Stream, session: WatchedSession | undefined) {
    this.#owner = owner;
    this.#stream = stream;
    this.#session = session;
    this.#isConnect = methodOf(stream.sentHeaders ?? {}) === 'CONNECT';
  }

  /** Both sides of the stream are at their end. */
  get hasEnded(): boolean {
    return !Number.isNaN(this.#endTime) && !Number.isNaN(this.#writtenTime);
  }

  get sentHead(): SentHead | undefined {
    const sent = this.#sent;
    if (sent !== undefined) this.#sentHead ??= this.#session?.lastSent.read(sent) ?? new Http2SentHead(sent);
    return this.#sentHead;
  }

  facts(): ExchangeFacts {
    return {
      requestHttpVersion: '2',
      // Frames of all streams share the connection.
      bytesWritten: undefined,
      bytesRead: undefined,
      bodyBytes: this.#rawHeaders === undefined ? undefined : this.#bodyBytes,
      responseFields: withoutPseudo(this.#rawHeaders ?? []),
      trailers: this.#rawTrailers ?? [],
    };
  }

  fail(time: number, err: Error): void {
    this.#finish(time, err);
  }

  /** The stream has its id, and its head is on its way. */
  onReady(time = now()): void {
    const stream = this.#stream;
    const sent = this.#sent;
    if (stream === undefined || sent === undefined || stream.destroyed) return;
    this.#session?.gotConn(time, this.#owner, stream);
    // Without a body there is nothing to hold back.
    const isBodiless = stream.writableEnded && stream.writableLength === 0;
    this.#expectsContinue = !isBodiless && sentField(sent, 'expect')?.toLowerCase() === '100-continue';
    this.#headDue = true;
    // What its stream carries from then on is not the request's body.
    this.#requestDue = this.#isConnect;
    afterSending(this);
  }

  /** What was due has been written: node:http2 has sent it, or its peer has answered. */
  onSent(time: number): void {
    if (!this.#headDue || this.#stream === undefined || this.#stream.destroyed) return;
    this.#headDue = false;
    this.#owner.wroteHeaders(time, this.#expectsContinue);
    if (this.#requestDue) this.#wrote(time);
  }

  /** A 1xx. */
  onHeaders(status: number, raw: readonly string[]): void {
    const stream = this.#stream;
    if (stream === undefined || status < 100 || status > 199) return;
    const owner = this.#owner;
    const time = Number.isNaN(this.#readTime) ? now() : this.#readTime;
    this.onSent(time);
    owner.gotFirstResponseByte(time);
    const wanted = owner.wants(HOOKS.got1xxResponse);
    const err = wanted ? owner.got1xxResponse(time, status, headerMapOf(raw)) : undefined;
    if (status === CONTINUE) owner.got100Continue(time);
    if (err === undefined) return;
    this.refused = true;
    stream.destroy(err);
  }

  onResponse(status: number, raw: readonly string[]): void {
    if (this.#stream === undefined || this.#rawHeaders !== undefined) return;
    this.#rawHeaders = raw;
    const owner = this.#owner;
    // Frames of the same packet have been read before node:http2 tells of any.
    const time = Number.isNaN(this.#readTime) ? now() : this.#readTime;
    this.onSent(time);
    owner.gotFirstResponseByte(time);
    owner.gotResponse(time, owner.wants(HOOKS.gotResponse) ? http2Head(status, raw) : undefined);
    if (this.#isConnect && status >= 200 && status < 300) this.#finish(time, null);
    else if (!Number.isNaN(this.#endTime)) owner.gotLastResponseByte(this.#endTime);
  }

  onTrailers(raw: readonly string[]): void {
    this.#rawTrailers = raw;
  }

  /** The whole request was given to the connection. */
  onFinish(): void {
    // An aborted stream is ended by node:http2, which has written nothing then.
    if (this.#stream?.aborted !== false) return;
    if (this.#headDue) this.#requestDue = true;
    else this.#wrote(now());
  }

  /** The stream was closed while the request was being written. */
  onAborted(): void {
    // A server that needs no more of the request says so with NO_ERROR after its response (RFC 9113, 8.1).
    if (this.#rawHeaders !== undefined && !Number.isNaN(this.#endTime)) this.#finish(now(), null);
  }

  /** Bytes of the body. */
  onData(length: number): void {
    this.#bodyBytes += length;
    if (this.#rawHeaders === undefined && Number.isNaN(this.#readTime)) this.#readTime = now();
  }

  /** Nothing more will be read. */
  onEnd(): void {
    const stream = this.#stream;
    if (stream === undefined || stream.destroyed || !Number.isNaN(this.#endTime)) return;
    // With others on its connection, node:http2 may close it before it reads the end that has come.
    if (stream.closed && (stream.rstCode !== NO_ERROR || stream.state.remoteClose !== 1)) {
      // Closed by either side before its end. One that is pending still has to be opened to be closed; and undici says at
      // 'close' with which error it fails the request.
      if (!stream.pending && this.#session?.isUndicis !== true) process.nextTick(finishCut, this);
      return;
    }
    this.#endTime = now();
    if (Number.isNaN(this.#readTime)) this.#readTime = this.#endTime;
    if (this.#rawHeaders !== undefined) this.#owner.gotLastResponseByte(this.#endTime);
    this.#checkDone();
  }

  onClose(): void {
    const err = this.#stream?.errored ?? null;
    if (err !== null) this.#finish(now(), err);
    else if (this.#session?.isUndicis === true) process.nextTick(finishCut, this);
    else this.finishCut();
  }

  /** Request and response are both at their end. */
  finishDone(): void {
    // A session that was destroyed ends its streams too; one without a response is told of when it closes.
    if (this.#rawHeaders === undefined) return;
    this.#finish(Math.max(this.#writtenTime, this.#endTime), null);
  }

  /** The stream is closed, and nobody says why. */
  finishCut(): void {
    if (this.#stream === undefined) return;
    const isComplete = !Number.isNaN(this.#endTime) && this.#rawHeaders !== undefined;
    this.#finish(now(), isComplete ? null : this.#cut());
  }

  #cut(): Error {
    const what = this.#rawHeaders === undefined ? 'a response came' : 'the response was complete';
    return cutOff(`the stream was closed (${codeName(this.#stream?.rstCode)}) before ${what}`);
  }

  #wrote(time: number): void {
    this.#writtenTime = time;
    this.#owner.wroteRequest(time, null);
    this.#checkDone();
  }

  #checkDone(): void {
    if (!this.hasEnded) return;
    // node:http2 tells of the head and the trailers in ticks that it has asked for by now. The head has to be told first,
    // and the trailers are of use to records alone.
    if (this.#rawHeaders === undefined || this.#owner.detailed) process.nextTick(finishDone, this);
    else this.finishDone();
  }

  #finish(time: number, err: Error | null): void {
    const stream = this.#stream;
    if (stream === undefined || this.#finished) return;
    this.#finished = true;
    const session = this.#session;
    if (err !== null && session?.destroyed === true) session.failed(time);
    if (err === null && Number.isNaN(this.#writtenTime)) this.#owner.wroteRequest(time, unwritten());
    this.#owner.roundTripDone(time, err);
    session?.ended(time, stream, err === null && Number.isNaN(this.#endTime));
  }

  released(): void {
    this.#stream = undefined;
    this.#sentHead = undefined;
    this.#rawHeaders = undefined;
    this.#rawTrailers = undefined;
  }

  get #sent(): SentHeaders | undefined {
    return this.#stream?.sentHeaders;
  }
}

function unwritten(): Error {
  return cutOff('the response ended the stream before all of the request was written');
}

/** Those whose head is written at the end of this turn. */
let due: Http2Exchange[] = [];

/** The program may replace it by a clock of its own. */
const { setImmediate } = globalThis;

/**
 * node:http2 sends what it has gathered in a turn by an immediate of its own, which runs before those of JavaScript (Node 20
 * to 26, Http2Session::MaybeScheduleWrite). 'ready' comes up to the whole of the turn before: 110 µs on an idle event loop,
 * 25 ms on a busy one.
 */
function afterSending(exchange: Http2Exchange): void {
  if (due.push(exchange) === 1) setImmediate(tellSent);
}

function tellSent(): void {
  const time = now();
  const sent = due;
  due = [];
  for (const exchange of sent) exchange.onSent(time);
}

// Shared: no closure a stream.

function finishDone(exchange: Http2Exchange): void {
  exchange.finishDone();
}

function finishCut(exchange: Http2Exchange): void {
  exchange.finishCut();
}
