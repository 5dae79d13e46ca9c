import type { Socket } from 'node:net';
import type { AsyncScope } from '../trace/async-scope.ts';
import { now } from '../events/clock.ts';
import { Connection } from '../events/connection.ts';
import { type ExchangeFacts, RoundTrip, type SentHead, cutOff } from '../events/round-trip.ts';
import { Target } from '../events/target.ts';
import { HttptraceError } from '../trace/errors.ts';
import { HOOKS } from '../trace/hooks.ts';
import { Connections } from './connections.ts';
import { type AnnouncedDial, dialOf } from './dial.ts';
import type { StreamExchange, StreamOwner } from './next-stream.ts';
import { SocketState } from './socket-state.ts';
import { watchWrites } from './socket-writes.ts';
import { expectRedirect } from './undici-calls.ts';
import { type UndiciCopy, type UndiciRequest, hasWholeBody } from './undici-copy.ts';
import { type RawHeaders, fieldIn, fieldsOf, headerMapOf, undiciHead } from './undici-headers.ts';
import { originOf } from './undici-origin.ts';
import type { Waiting } from './undici-waiting.ts';

/** What comes after the parser, in a later tick. */
type Later = (roundTrip: UndiciRoundTrip) => void;

/** One request of undici: of fetch, or of any other of its APIs. `on…` methods are called with undici's messages. */
export class UndiciRoundTrip extends RoundTrip implements StreamOwner, Waiting {
  readonly #copy: UndiciCopy;
  readonly #target: Target;
  /** When it was made, to tell an idle connection from one that another request hands over. */
  readonly created: number;
  /** Its body is none, or bytes; any other is read while it is sent. */
  readonly hasWholeBody: boolean;
  dial: AnnouncedDial | undefined = undefined;
  older: Waiting | undefined = undefined;
  younger: Waiting | undefined = undefined;
  #request: UndiciRequest | undefined;
  #socket: Socket | undefined = undefined;
  /** It goes by HTTP/2: from then on this tells. */
  #exchange: StreamExchange | undefined = undefined;
  #head: string | undefined = undefined;
  /** The head is being written. */
  #isHeadAtHand = false;
  /** Nothing was written after it. */
  #isHeadAlone = false;
  /** Its callback tells: Node 26's TLS writes what comes in the turn of 'secureConnect' when that has ended. */
  #isHeadPending = false;
  /** All of the request was given to the socket. */
  #sent = false;
  /** Writes that the kernel has not taken yet. */
  #pendingWrites = 0;
  #onWritten: ((err?: Error | null) => void) | undefined = undefined;
  #writeError: Error | null = null;
  #response: RawHeaders | undefined = undefined;
  #trailers: RawHeaders | undefined = undefined;
  /** When what it sent last had been written. */
  #written = 0;
  /** When the end of the response was seen; NaN until then. */
  #ended = Number.NaN;
  /** Bytes of other requests are among those of this one. */
  #isPipelined = false;
  #writtenBefore = 0;
  #readBefore = 0;
  #bodyBytes: number | undefined = undefined;

  /** @param scope - of who asked for it, in undici's own API. */
  constructor(request: UndiciRequest, copy: UndiciCopy, scope: AsyncScope | undefined, created: number) {
    super(scope === undefined && isFetch(request) ? 'fetch' : 'undici', request.method);
    this.scope = scope;
    this.#request = request;
    this.#copy = copy;
    this.#target = Target.of(originOf(request.origin), request.path);
    this.created = created;
    this.hasWholeBody = hasWholeBody(request);
    this.callKnown = true;
  }

  get clientVersion(): string {
    return this.#copy.version;
  }

  get hostPort(): string {
    return this.#target.origin.hostPort;
  }

  get url(): string {
    return this.#target.url;
  }

  override get target(): Target {
    return this.#target;
  }

  get sentHead(): SentHead | undefined {
    if (this.#exchange !== undefined) return this.#exchange.sentHead;
    return this.#head === undefined ? undefined : this.connection?.lastHead.read(this.#head);
  }

  facts(): ExchangeFacts {
    if (this.#exchange !== undefined) return this.#exchange.facts();
    const socket = this.hasConn && !this.#isPipelined ? this.#socket : undefined;
    return {
      requestHttpVersion: '1.1',
      bytesWritten: socket && this.#bytesWritten(socket),
      bytesRead: socket && this.#bytesRead(socket),
      bodyBytes: this.#bodyBytes,
      responseFields: fieldsOf(this.#response ?? []),
      trailers: fieldsOf(this.#trailers ?? []),
    };
  }

  #bytesWritten(socket: Socket): number {
    const head = this.#isHeadAlone && this.requestWritten ? this.#head : undefined;
    // It is Latin-1.
    const written = head === undefined ? socket.bytesWritten : this.#writtenBefore + head.length;
    // Records are made of open round trips too, which go on writing.
    if (this.isDone && this.connection !== undefined) this.connection.written = written;
    return written - this.#writtenBefore;
  }

  #bytesRead(socket: Socket): number {
    const read = socket.bytesRead;
    if (this.isDone && this.connection !== undefined) this.connection.read = read;
    return read - this.#readBefore;
  }

  /** It asks for `path`. */
  isFor(path: string): boolean {
    return this.#target.path === path;
  }

  get owner(): RoundTrip {
    return this;
  }

  /** Its stream tells the rest. */
  onExchange(exchange: StreamExchange): void {
    this.#exchange = exchange;
  }

  get isOnStream(): boolean {
    return this.#exchange !== undefined;
  }

  /** Undici has a connection for it and is about to write (HTTP/1.1). */
  onSendHeaders(socket: Socket): void {
    const time = now();
    this.#socket = socket;
    // Looked up once: V8 does not compile the search for a mark that some sockets lack.
    const state = SocketState.on(socket);
    const connection = (state.connection ??= connectionOf(socket, time));
    if (connection.served > 0) this.#follow(connection);
    else dialOf(socket)?.claim(this);
    // Seen since it connected, but for one that another client has opened.
    if (!state.seesWrites) watchWritesOf(socket);
    if (this.detailed) {
      this.#writtenBefore = connection.written ?? socket.bytesWritten;
      this.#readBefore = connection.read ?? socket.bytesRead;
    }
    connection.forgetBytes();
    const reused = isUsed(connection, socket);
    const { idleSince } = connection;
    // Where the last use was not watched, nobody knows whether it has just ended; mostly it has not.
    const wasIdle = reused && (Number.isNaN(idleSince) ? connection.active === 0 : idleSince <= this.created);
    this.gotConn(time, connection, reused, wasIdle);
  }

  /** Takes its turn on a connection: undici uses it again, so it has kept it. */
  #follow(connection: Connection): void {
    const { current } = connection;
    if (!(current instanceof UndiciRoundTrip)) return;
    if (!Number.isNaN(current.#ended)) current.#kept();
    if (current.isDone) return;
    current.#isPipelined = true;
    this.#isPipelined = true;
  }

  /** Undici writes to the socket while this round trip sends its request. */
  beforeWrite(socket: Socket, chunk: unknown): ((err?: Error | null) => void) | undefined {
    const isHead = this.#head === undefined && typeof chunk === 'string';
    this.#isHeadAlone = isHead;
    if (isHead) {
      this.#head = chunk;
      this.#isHeadAtHand = true;
    }
    if (!this.#mustWait(socket, chunk)) return undefined;
    this.#pendingWrites++;
    return (this.#onWritten ??= (err) => this.#onWrite(err ?? null));
  }

  afterWrite(socket: Socket): void {
    if (!this.#isHeadAtHand) return;
    this.#isHeadAtHand = false;
    if (socket.writableCorked === 0 && this.#pendingWrites > 0) this.#isHeadPending = true;
    else if (socket.writableCorked === 0) this.writeHeaders((this.#written = now()));
    // Undici uncorks in the same turn; for a body that is at hand it says so with the end of the request.
    else if (!this.hasWholeBody) nextTick(writeHeaders, this);
  }

  /**
   * A callback costs; it is needed where the kernel may not take a chunk at once: TLS, a queue, large chunks. Should it
   * not take another one, the next message that comes finds out.
   */
  #mustWait(socket: Socket, chunk: unknown): boolean {
    return (
      (socket as { readonly encrypted?: unknown }).encrypted === true ||
      (socket.writableLength > 0 && socket.writableCorked === 0) ||
      (ArrayBuffer.isView(chunk) && chunk.byteLength > ONE_WRITE)
    );
  }

  writeHeaders(time: number): void {
    if (this.#head !== undefined) this.wroteHeaders(time, false);
  }

  /** The last chunk was given to the socket, or is about to be. */
  onBodySent(): void {
    if (this.#exchange !== undefined || !this.hasConn) return;
    // What ends a stream (its last chunk, or the head of an empty one) is written right after this message.
    if (!this.hasWholeBody) nextTick(requestSent, this);
    // Nothing has happened since the head was written, and that was all of it.
    else if (this.#isHeadAlone && this.headersWritten) this.requestSent(this.#written);
    else this.requestSent(now());
  }

  requestSent(time: number): void {
    this.#sent = true;
    this.#checkWritten(time);
    // The kernel has the head when it has begun with the body.
    if (!this.headersWritten && !this.#isHeadPending) this.writeHeaders(time);
  }

  #onWrite(err: Error | null): void {
    this.#pendingWrites--;
    this.#writeError ??= err;
    const time = now();
    if (this.#isHeadPending && err === null) this.writeHeaders((this.#written = time));
    this.#isHeadPending = false;
    this.#checkWritten(time);
    if (!Number.isNaN(this.#ended)) this.settle();
  }

  #checkWritten(time: number): void {
    if (!this.#sent || this.#pendingWrites > 0 || this.requestWritten) return;
    const socket = this.#socket;
    if (socket === undefined || (socket.writableLength > 0 && this.#writeError === null)) return;
    this.#written = time;
    this.writeHeaders(time);
    this.wroteRequest(time, this.#writeError);
  }

  onFirstByte(): void {
    if (this.#exchange !== undefined || !this.hasConn) return;
    const time = now();
    this.writeHeaders(time);
    this.#checkWritten(time);
    this.gotFirstResponseByte(time);
  }

  onHeaders(status: number, statusText: string, headers: RawHeaders): void {
    if (this.isDone) return;
    if (status >= 300 && status < 400 && this.client === 'fetch') this.#onRedirect(headers);
    if (this.#exchange !== undefined) return;
    if (status < 200 && status !== 101) {
      const err = this.got1xxResponse(now(), status, headerMapOf(headers));
      if (err !== undefined) this.#request?.abort?.(err);
      return;
    }
    if (!this.firstByteSeen) this.gotFirstResponseByte(now());
    this.#response = headers;
    if (this.detailed) this.#bodyBytes = 0;
    // The clock is asked for nobody else.
    if (this.wants(HOOKS.gotResponse)) this.gotResponse(now(), undiciHead(status, statusText, headers));
    else this.gotResponse(Number.NaN, undefined);
  }

  #onRedirect(headers: RawHeaders): void {
    const location = fieldIn(headers, 'location');
    if (location === undefined || !URL.canParse(location, this.url)) return;
    const target = new URL(location, this.url);
    // Fragments are not sent.
    target.hash = '';
    expectRedirect(this, target.href);
  }

  onBody(length: number): void {
    if (this.#bodyBytes !== undefined) this.#bodyBytes += length;
  }

  /** The parser has seen the end of the response. */
  onTrailers(trailers: RawHeaders): void {
    if (this.#exchange !== undefined || this.isDone || !Number.isNaN(this.#ended)) return;
    const time = now();
    this.#trailers = trailers;
    this.#ended = time;
    this.gotLastResponseByte(time);
    // Undici keeps or destroys the connection right after this message.
    nextTick(settle, this);
  }

  /** The response has ended and undici has decided on the connection. */
  settle(): void {
    const socket = this.#socket;
    if (this.isDone || socket === undefined) return;
    if (!this.requestWritten) this.#checkWritten(now());
    if (socket.destroyed) {
      const time = now();
      const reason = this.#reasonNotKept();
      if (reason !== undefined) this.putIdleConn(time, new HttptraceError('ERR_HTTPTRACE_NOT_KEPT', reason));
      const { connection } = this;
      this.finish(time, null);
      connection?.close(time, 'response', null);
      return;
    }
    // The answer came early and undici goes on sending; the last write tells.
    if (!this.requestWritten && (!this.#sent || this.#pendingWrites > 0 || socket.writableLength > 0)) return;
    this.#kept();
  }

  #kept(): void {
    // Undici does not use a connection again before all is written.
    if (!this.requestWritten) this.wroteRequest((this.#written = now()), null);
    const time = Math.max(this.#ended, this.#written);
    this.putIdleConn(time, null);
    const { connection } = this;
    this.finish(time, null);
    if (connection !== undefined && connection.active === 0) connection.idleSince = time;
  }

  /** 101 or CONNECT: the socket is the user's from now on. */
  onUpgrade(status: number, headers: RawHeaders): void {
    if (this.#exchange !== undefined || this.isDone || !this.hasConn) return;
    this.onFirstByte();
    this.onHeaders(status, '', headers);
    const time = now();
    this.#sent = true;
    this.#pendingWrites = 0;
    this.#checkWritten(time);
    const { connection } = this;
    this.finish(time, null);
    connection?.close(time, 'handed-over', null);
  }

  onError(err: Error): void {
    if (this.isDone) return;
    const time = now();
    if (this.#exchange !== undefined) this.#exchange.fail(time, err);
    // It may have been told already that the response had ended: what comes then is about the connection.
    else if (Number.isNaN(this.#ended)) this.finish(time, err);
  }

  /** Undici sends the same request another time. */
  onSentAgain(time: number): void {
    this.onError(cutOff('its connection ended before an answer came, and undici sends it again'));
    this.finish(time, null);
  }

  /** Its connection has been closed, and nothing more will be told. */
  onConnectionClosed(time: number, err: Error | null): void {
    if (this.isDone) return;
    const complete = !Number.isNaN(this.#ended);
    this.finish(
      time,
      complete ? null : (err ?? cutOff('the connection ended before the response was complete')),
    );
  }

  /** Ends a round trip by HTTP/1.1. */
  finish(time: number, err: Error | null): void {
    // The end can come in the turn in which the head was written.
    this.writeHeaders(time);
    this.roundTripDone(time, err);
  }

  /** Connections and handlers know it for longer. */
  protected override released(): void {
    super.released();
    this.dial = undefined;
    this.#request = undefined;
    this.#socket = undefined;
    this.#exchange?.released();
    this.#exchange = undefined;
    this.#onWritten = undefined;
    this.#writeError = null;
    this.#head = undefined;
    this.#response = undefined;
    this.#trailers = undefined;
  }

  /**
   * Why undici did not keep a connection that it could have kept. Undefined when it could not, as in Go: one side said
   * `close`, HTTP/1.0, a body that ends with the connection, a request that was not sent whole.
   */
  #reasonNotKept(): string | undefined {
    if (!this.requestWritten || this.#head === undefined || this.#response === undefined) return undefined;
    if (/\r\nconnection: close\r\n/i.test(this.#head)) return undefined;
    if (/\bclose\b/i.test(fieldIn(this.#response, 'connection') ?? '')) return undefined;
    const keepAlive = fieldIn(this.#response, 'keep-alive');
    if (keepAlive !== undefined) {
      return `undici closed the connection: its server keeps it too shortly (Keep-Alive: ${keepAlive})`;
    }
    // Undici marks it while it writes the request, after the head has said keep-alive.
    if (this.#request?.body !== null && /^(GET|HEAD|DELETE|OPTIONS|TRACE)$/.test(this.method)) {
      return `undici closed the connection: it does not use one again after a body by ${this.method}`;
    }
    return undefined;
  }
}

/** Read once: `process` is a getter of the global object. */
const { nextTick } = process;

/** Chunks up to this size go to the kernel at once, unless others wait. */
const ONE_WRITE = 16 * 1024;

/** Beside requests of undici's own API, fetch is told by what it alone sends, and must (Fetch Metadata): `sec-fetch-mode`. */
function isFetch({ headers }: UndiciRequest): boolean {
  if (typeof headers === 'string') return headers.includes('sec-fetch-mode:');
  if (!Array.isArray(headers)) return false;
  if (headers[fetchModeAt] === 'sec-fetch-mode') return true;
  const index = headers.indexOf('sec-fetch-mode');
  if (index >= 0) fetchModeAt = index;
  return index >= 0;
}

/** Where fetch put it last: it mostly is there again, and a search compares some ten texts. */
let fetchModeAt = 0;

/** Bytes that a connection had carried when it was ready: the CONNECT of a tunnel. */
const carried = new WeakMap<Connection, number>();

/** A watched connection is ready for its first request. */
export function onConnected(socket: Socket): void {
  // Over HTTP/2 the streams tell whether it was used.
  if (dialOf(socket) === undefined || isOnHttp2(socket)) return;
  const connection = connectionOf(socket, now());
  if (connection.served === 0 && socket.bytesWritten > 0) carried.set(connection, socket.bytesWritten);
}

/** HTTP/2 was agreed on; a plain socket does not have what is asked. */
export function isOnHttp2(socket: Socket): boolean {
  return (socket as { readonly alpnProtocol?: unknown }).alpnProtocol === 'h2';
}

function isUsed(connection: Connection, socket: Socket): boolean {
  return connection.served > 0 || socket.bytesWritten > (carried.get(connection) ?? 0);
}

function connectionOf(socket: Socket, time: number): Connection {
  let connection = Connections.of(socket);
  if (connection === undefined) {
    connection = new Connection(socket, dialOf(socket), time);
    Connections.set(socket, connection);
    socket.on('close', onClose);
  }
  return connection;
}

/** Undici's requests are told what is written to `socket`. */
export function watchWritesOf(socket: Socket): void {
  watchWrites(socket, writerOn);
}

function writerOn({ current }: Connection): UndiciRoundTrip | undefined {
  return current instanceof UndiciRoundTrip && !current.requestWritten ? current : undefined;
}

function onClose(this: Socket): void {
  const connection = Connections.of(this);
  if (connection === undefined) return;
  const time = now();
  const isError = connection.active > 0 || this.errored !== null;
  const { current } = connection;
  if (current instanceof UndiciRoundTrip && !current.isOnStream)
    current.onConnectionClosed(time, this.errored);
  connection.close(time, isError ? 'error' : 'idle', this.errored);
}

// Called later: no closure a request.

const settle: Later = (roundTrip) => roundTrip.settle();
const requestSent: Later = (roundTrip) => roundTrip.requestSent(now());
const writeHeaders: Later = (roundTrip) => roundTrip.writeHeaders(now());
