import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { now } from '../events/clock.ts';
import { Connection, type CloseReason } from '../events/connection.ts';
import type { Dial } from '../events/dial.ts';
import { type FlatFields, headerMap } from '../events/flat-fields.ts';
import type { LastResponse } from '../events/last-response.ts';
import { type ExchangeFacts, RoundTrip, type SentHead, cutOff } from '../events/round-trip.ts';
import { Target } from '../events/target.ts';
import { TextHead } from '../events/text-head.ts';
import type { ResponseInfo } from '../trace/client-trace.ts';
import { HttptraceError } from '../trace/errors.ts';
import { HOOKS } from '../trace/hooks.ts';
import { Connections } from './connections.ts';
import { claimFailedDial, dialOf, isDialing, whenReady } from './dial.ts';
import { RoundTrips } from './http-requests.ts';
import { FieldsHead, headOf, setFields } from './request-head.ts';
import { setOwnMethod } from './own-method.ts';
import type { HttpOrigin } from './http-origin.ts';
import { ResponseHead } from './response-head.ts';
import { watchParser } from './response-parser.ts';

/** Heads with bodies up to this size go to the kernel in one piece; then 'finish' tells of both. */
const ONE_WRITE = 16 * 1024;

/** Read once: `process` is no plain object. */
const VERSION = process.version;

const NO_FIELDS: FlatFields = [];

/** What @types/node does not tell of an agent; a user's agent may lack any of it. */
export interface CoreAgent {
  readonly addRequest?: unknown;
  readonly createSocket?: unknown;
  readonly keepAlive?: unknown;
  readonly maxFreeSockets?: unknown;
}

/** The agent of a request, of which @types/node does not tell; undefined when it has none. */
export function agentOf(request: ClientRequest | undefined): CoreAgent | undefined {
  return (request as { readonly agent?: CoreAgent | null } | undefined)?.agent ?? undefined;
}

/** One request of node:http or node:https. `on…` methods are called with what the request and its socket emit. */
export class HttpRoundTrip extends RoundTrip {
  readonly #target: Target;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined = undefined;
  #socket: Duplex | undefined = undefined;
  /** A core agent opened a socket for this very request. */
  dialled = false;
  /** Its agent opens sockets by node's own `createSocket`, so we have seen each that it opened. */
  readonly #agentDials: boolean;
  /** Its socket had carried nothing when it got it. */
  #unused = false;
  #error: Error | null = null;
  /** The head was given to a socket that is not connected yet. */
  #headQueued = false;
  #restoreWrite: (() => void) | undefined = undefined;
  #restorePush: (() => void) | undefined = undefined;
  /** What was sent, from when it was. */
  #head: TextHead | undefined = undefined;
  #lastData = 0;
  #endCheckDue = false;
  /** Its parser could not be watched. */
  #listensToData = false;
  #writtenBefore = 0;
  /** Known when the request was a head alone and has been written. */
  #headBytes: number | undefined = undefined;
  #bytesRead = 0;
  #bodyBytes: number | undefined = undefined;
  #declaredBytes: number | undefined = undefined;
  /** Of the response; undefined when they are not recorded. */
  #fields: FlatFields | undefined = undefined;

  constructor(request: ClientRequest, origin: HttpOrigin, agentDials: boolean) {
    super(origin.protocol === 'https:' ? 'https' : 'http', request.method);
    this.#request = request;
    this.#target = Target.of(origin, request.path);
    this.#agentDials = agentDials;
  }

  get clientVersion(): string {
    return VERSION;
  }

  get url(): string {
    return this.#target.url;
  }

  override get target(): Target {
    return this.#target;
  }

  get sentHead(): SentHead | undefined {
    if (this.#head !== undefined) return this.#head;
    const request = this.#request;
    if (request === undefined) return undefined;
    const head = headOf(request);
    return head === undefined ? new FieldsHead(setFields(request)) : new TextHead(head);
  }

  facts(): ExchangeFacts {
    const response = this.#response;
    return {
      requestHttpVersion: '1.1',
      bytesWritten: this.#bytesWritten(),
      bytesRead: this.hasConn ? this.#bytesRead : undefined,
      // A length in the head tells of a body only when that has come.
      bodyBytes: this.#bodyBytes ?? (response?.complete === true ? this.#declaredBytes : undefined),
      responseFields: this.#fields ?? response?.rawHeaders ?? NO_FIELDS,
      trailers: response?.rawTrailers ?? NO_FIELDS,
    };
  }

  #bytesWritten(): number | undefined {
    const socket = this.#socket;
    const { connection } = this;
    if (socket === undefined || connection === undefined) return undefined;
    const headBytes = this.#headBytes;
    const written = headBytes === undefined ? bytesWritten(socket) : this.#writtenBefore + headBytes;
    // Records are made of open round trips too, which go on writing.
    if (this.isDone) connection.written = written;
    return written - this.#writtenBefore;
  }

  // What the request emits, each before its own listeners are called.

  onSocket(socket: Duplex): void {
    this.#socket = socket;
    // Seen before this request's own bytes are written. Its agent may have opened it for a request that is gone.
    const connection = Connections.of(socket);
    const written = connection?.written;
    if (this.detailed || connection === undefined) this.#writtenBefore = written ?? bytesWritten(socket);
    this.#unused = connection === undefined && this.#writtenBefore === 0;
    connection?.forgetBytes();
    // The dial of one that has served somebody is somebody's.
    const dial = connection === undefined || connection.served === 0 ? dialOf(socket) : undefined;
    dial?.claim(this);
    // node:http emits 'socket' also for one that failed to connect at once; its error follows.
    if (socket.destroyed) return;
    // Only node:net sockets have a state in which they are not connected yet.
    if (isDialing(socket)) this.#waitUntilReady(socket as Socket);
    else this.#ready(now(), socket, connection, dial);
    if (watchParser(this.#request)) return;
    this.#listensToData = true;
    socket.prependListener('data', onData);
  }

  /** After the listeners of 'socket': node:http flushes what was written so far right after it. */
  afterSocket(): void {
    const request = this.#request;
    const socket = this.#socket;
    if (request === undefined || socket === undefined || socket.destroyed) return;
    if (headOf(request) === undefined) this.#watchFirstWrite(socket);
    else if (this.hasConn) this.#headIsWritten(request);
    else this.#headQueued = true;
  }

  onContinue(): void {
    if (this.#head?.expectsContinue !== true) return;
    this.got100Continue(this.#lastData);
  }

  onInformation(code: number, rawHeaders: readonly string[]): void {
    const err = this.got1xxResponse(this.#lastData, code, headerMap(rawHeaders));
    const request = this.#request;
    if (err === undefined || request === undefined) return;
    // Without `aborted` node:http still gives a final response that came in the same packet to the user.
    Reflect.set(request, 'aborted', true);
    request.destroy(err);
  }

  onResponse(response: IncomingMessage): void {
    this.#gotHead(response);
    if (this.detailed && this.connection !== undefined)
      this.#countBody(response, this.connection.lastResponse);
  }

  onFinish(): void {
    const time = now();
    this.#writeHeaders(time);
    this.wroteRequest(time, null);
    if (this.detailed) this.#headBytes = this.#bytesOfHeadAlone();
  }

  /** Bytes of a request that was no more than a head: what is known need not be asked of Node's C++. */
  #bytesOfHeadAlone(): number | undefined {
    const request = this.#request;
    const head = request === undefined ? undefined : headOf(request);
    if (head === undefined || this.#head?.tellsOfBody !== false || !endedEmpty(request)) return undefined;
    // It is Latin-1.
    return head.length;
  }

  onError(err: Error): void {
    if (this.isDone) return;
    this.#error ??= err;
    if (this.#socket !== undefined) return;
    claimFailedDial(err, this);
    // A failed `createConnection` and agents that emit the error themselves (agent-base 6) leave the request as it is:
    // no 'close' follows.
    if (!this.#agentDials && this.#request?.destroyed === false) this.finish(now(), err);
  }

  /** Its agent threw when it was asked for a connection. */
  onRejected(error: unknown): void {
    this.finish(now(), error instanceof Error ? error : cutOff('the agent threw something that is no Error'));
  }

  onRequestClose(): void {
    const socket = this.#socket;
    // Kept connections emit 'free' right after this, others 'close'; a body that nobody reads keeps it open.
    if (socket !== undefined && !socket.destroyed) return;
    this.checkEnd();
    const time = now();
    const err = this.#failure();
    this.finish(time, err);
    // When 'close' of the socket comes, no round trip uses it any more.
    this.connection?.close(time, err === null ? 'response' : 'error', socket?.errored ?? null);
  }

  /** 101 or CONNECT: the socket is the user's from now on. */
  onHandOver(response: IncomingMessage): void {
    this.#gotHead(response);
    const time = now();
    // The answer can be here before 'finish', which tells that the kernel has the request.
    if (this.#request?.writableEnded === true) this.wroteRequest(time, null);
    const { connection } = this;
    if (connection !== undefined) forget(connection);
    this.finish(time, null);
    connection?.close(time, 'handed-over', null);
  }

  #gotHead(response: IncomingMessage): void {
    this.#response = response;
    const info = this.wants(HOOKS.gotResponse) ? headOfResponse(response) : undefined;
    this.gotResponse(this.#lastData, info);
  }

  // What its connection emits.

  /** Bytes of the response are about to be parsed. */
  onBytes(time: number, length: number): void {
    this.#lastData = time;
    this.#bytesRead += length;
    this.#writeHeaders(time);
    this.gotFirstResponseByte(time);
  }

  onData(time: number, length: number): void {
    this.onBytes(time, length);
    if (this.#endCheckDue || this.lastByteSeen || !this.wants(HOOKS.gotLastResponseByte)) return;
    this.#endCheckDue = true;
    // The parser runs after this listener. In the next tick it has, and 'end' has not been emitted yet.
    process.nextTick(checkEnd, this);
  }

  checkEnd(): void {
    this.#endCheckDue = false;
    if (this.#response?.complete === true) this.gotLastResponseByte(this.#lastData);
  }

  /** The response has ended and the agent has decided on the connection. */
  onFree(time: number, socket: Duplex): void {
    this.checkEnd();
    if (!socket.destroyed) this.putIdleConn(time, null);
    // An agent without keep-alive was not asked to keep it; Go is silent then too.
    else if (keepsAlive(this.#request)) this.putIdleConn(time, notKept(this.#request));
    this.finish(time, null);
  }

  /** Ends the round trip; its connection has been closed, kept or handed over. */
  finish(time: number, err: Error | null): void {
    if (this.isDone) return;
    this.#restoreWrite?.();
    this.#restorePush?.();
    if (this.#listensToData) this.#socket?.removeListener('data', onData);
    this.roundTripDone(time, err);
  }

  protected override released(): void {
    super.released();
    // Once: this can be called again.
    if (this.#request !== undefined) RoundTrips.ended();
    this.#request = undefined;
    this.#response = undefined;
    this.#socket = undefined;
    this.#head = undefined;
    // Its stack keeps the request, and the connection that it opened keeps this round trip.
    this.#error = null;
  }

  onConnectionClosed(time: number): CloseReason {
    const err = this.#failure();
    this.checkEnd();
    this.finish(time, err);
    return err === null ? 'response' : 'error';
  }

  /** Of its own, because a closure in {@link onSocket} would put `this` on the heap also where none is made. */
  #waitUntilReady(socket: Socket): void {
    whenReady(socket, (time, dial) => this.#ready(time, socket, Connections.of(socket), dial));
  }

  /**
   * @param connection - the one of `socket` that is known already.
   * @param dial - what opened `socket`; not needed where that is known.
   */
  #ready(time: number, socket: Duplex, connection: Connection | undefined, dial: Dial | undefined): void {
    const request = this.#request;
    if (request === undefined) return;
    const known = connection !== undefined;
    if (connection === undefined) {
      connection = new Connection(socket, dial, time);
      Connections.set(socket, connection);
      socket.on('free', onFree);
      socket.on('close', onClose);
    }
    // `reusedSocket` is false when a finished request's connection is handed straight to a queued one; then either we
    // know the connection, or its agent never had to open one for this request.
    const reused =
      !this.#unused &&
      (request.reusedSocket || (known && connection.served > 0) || (!this.dialled && this.#agentDials));
    this.gotConn(time, connection, reused, reused && request.reusedSocket);
    if (this.#headQueued) this.#headIsWritten(request);
  }

  #headIsWritten(request: ClientRequest): void {
    // With the whole request in one write 'finish' comes when the kernel has it. With a large body that is too late.
    if (request.writableEnded && request.writableLength <= ONE_WRITE) return;
    process.nextTick(writeHeaders, this);
  }

  /** The head is not made yet: the first write to the socket will have it. */
  #watchFirstWrite(socket: Duplex): void {
    const roundTrip = this;
    const before = socket.write;
    const restore = setOwnMethod(socket, 'write', write);
    function write(this: Duplex, ...args: unknown[]): unknown {
      roundTrip.#restoreWrite = undefined;
      restore();
      // In the next tick, because node:http corks the socket until then.
      if (roundTrip.hasConn) process.nextTick(writeHeaders, roundTrip);
      else roundTrip.#headQueued = true;
      return Reflect.apply(before, this, args);
    }
    this.#restoreWrite = restore;
  }

  /** Called where the head has been written, if it was made at all. */
  writeHeadersNow(): void {
    this.#writeHeaders(now());
  }

  #writeHeaders(time: number): void {
    const { connection } = this;
    if (this.headersWritten || connection === undefined) return;
    const head = this.#request === undefined ? undefined : headOf(this.#request);
    if (head === undefined) return;
    this.#head = connection.lastHead.read(head);
    this.wroteHeaders(time, this.#head.expectsContinue);
  }

  /** Why the exchange did not come to its end; null when it did. */
  #failure(): Error | null {
    if (this.#error !== null) return this.#error;
    const response = this.#response;
    if (response === undefined)
      return this.#request?.errored ?? cutOff('the request was destroyed before a response came');
    if (response.complete) return null;
    return response.errored ?? cutOff('the connection ended before the response was complete');
  }

  /** Counts what the parser gives to a body whose length no field tells. */
  #countBody(response: IncomingMessage, last: LastResponse): void {
    this.#fields = last.fields(response.rawHeaders);
    // Its length is that of another response's body (RFC 9110, 8.6).
    const hasNoBody = this.method === 'HEAD' || response.statusCode === 304;
    this.#declaredBytes = hasNoBody ? 0 : last.contentLength;
    if (this.#declaredBytes !== undefined) return;
    this.#bodyBytes = 0;
    const roundTrip = this;
    const before = response.push;
    this.#restorePush = setOwnMethod(response, 'push', push);
    function push(this: IncomingMessage, chunk: unknown, ...rest: unknown[]): unknown {
      if (ArrayBuffer.isView(chunk)) roundTrip.#bodyBytes! += chunk.byteLength;
      return Reflect.apply(before, this, [chunk, ...rest]);
    }
  }
}

function headOfResponse(response: IncomingMessage): ResponseInfo {
  const { statusCode = 0, statusMessage = '', httpVersion, rawHeaders } = response;
  return new ResponseHead(statusCode, statusMessage, httpVersion, rawHeaders, headerMap);
}

// Shared listeners of connections: no closure a request.

function onData(this: Duplex, chunk: Uint8Array): void {
  roundTripOn(Connections.of(this))?.onData(now(), chunk.length);
}

function onFree(this: Duplex): void {
  const connection = Connections.of(this);
  if (connection === undefined) return;
  const time = now();
  const roundTrip = roundTripOn(connection);
  // Also after an unwatched use: then this is all that we learn of it.
  connection.idleSince = time;
  if (roundTrip === undefined) connection.forgetBytes();
  else roundTrip.onFree(time, this);
  // Its agent has closed it instead; when 'close' comes, no round trip uses it any more.
  if (roundTrip !== undefined && this.destroyed) connection.close(time, 'response', null);
}

function onClose(this: Duplex): void {
  const connection = Connections.of(this);
  if (connection === undefined) return;
  const time = now();
  const reason = roundTripOn(connection)?.onConnectionClosed(time) ?? 'idle';
  connection.close(time, reason, this.errored);
}

/** Connections of `Connections` serve no other round trips than ours. */
function roundTripOn(connection: Connection | undefined): HttpRoundTrip | undefined {
  return connection?.current as HttpRoundTrip | undefined;
}

/** The round trip whose response comes on `socket`. */
export function roundTripOf(socket: object): HttpRoundTrip | undefined {
  return RoundTrips.isAnyOpen() ? roundTripOn(Connections.of(socket)) : undefined;
}

function forget(connection: Connection): void {
  const { socket } = connection;
  socket.removeListener('free', onFree);
  socket.removeListener('close', onClose);
}

function checkEnd(roundTrip: HttpRoundTrip): void {
  roundTrip.checkEnd();
}

function writeHeaders(roundTrip: HttpRoundTrip): void {
  roundTrip.writeHeadersNow();
}

/**
 * `end()` was called without data before anything was sent: then nothing follows the head, unless the head itself names a
 * length. `_contentLength` is private; where it is missing, the answer is no.
 */
function endedEmpty(request: ClientRequest | undefined): boolean {
  return (request as { readonly _contentLength?: unknown } | undefined)?._contentLength === 0;
}

/** What it has written, and what waits to be. */
function bytesWritten(socket: Duplex): number {
  // Node asks its handle for that, and looks for it three times; most that are still being opened have nothing to write.
  if ('connecting' in socket && socket.connecting === true && socket.writableLength === 0) return 0;
  return 'bytesWritten' in socket && typeof socket.bytesWritten === 'number' ? socket.bytesWritten : 0;
}

/** Its agent was not asked to keep connections when it is known to keep none. */
function keepsAlive(request: ClientRequest | undefined): boolean {
  const agent = agentOf(request);
  return agent !== undefined && agent.keepAlive !== false;
}

function notKept(request: ClientRequest | undefined): HttptraceError {
  const limit = agentOf(request)?.maxFreeSockets;
  return new HttptraceError(
    'ERR_HTTPTRACE_NOT_KEPT',
    `the agent closed the connection: it had ended, or as many were idle already as the agent keeps (maxFreeSockets ${String(limit)})`,
  );
}
