import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { isMap } from 'node:util/types';
import { now } from '../events/clock.ts';
import { Connection } from '../events/connection.ts';
import type { RoundTrip } from '../events/round-trip.ts';
import { Connections } from './connections.ts';
import { dialOf } from './dial.ts';
import { Given } from './given.ts';
import { LastSentHead } from './http2-head.ts';
import { isOpen } from './http2-streams.ts';

/** The streams of a session, as node:http2 keeps them; private. */
interface OpenStreams {
  readonly streams: ReadonlyMap<number, ClientHttp2Stream>;
}

/** What the probe knows of one session; made at its first watched stream. */
export class WatchedSession {
  /** Undici opened it, and tells itself whose its streams are. */
  readonly isUndicis: boolean;
  readonly lastSent = new LastSentHead();
  /** Undefined when it was closed before the first look at it. */
  readonly #socket: Duplex | undefined;
  readonly #session: ClientHttp2Session;
  readonly #open: OpenStreams | undefined;
  #connection: Connection | undefined = undefined;
  /** Id of the latest watched stream; ids grow by two. */
  #lastId = -1;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
    this.#socket = rawSocket(session);
    this.isUndicis = hasClient(session);
    this.#open = openStreams(session);
  }

  static of(session: ClientHttp2Session): WatchedSession {
    let known = Sessions.of(session);
    if (known === undefined) new Sessions(session, (known = new WatchedSession(session)));
    return known;
  }

  get destroyed(): boolean {
    return this.#session.destroyed;
  }

  /** Scheme of the request that names none, a CONNECT. */
  get scheme(): 'http' | 'https' {
    const socket = this.#socket;
    return socket !== undefined && 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http';
  }

  /** The dial of this session was for `roundTrip`, when that is the first to use it. */
  claimDial(roundTrip: RoundTrip, stream: ClientHttp2Stream): void {
    // One that is pending although the session is connected has been refused.
    if (this.#socket === undefined || stream.destroyed || !isFirst(stream)) return;
    if (stream.pending && !this.#session.connecting) return;
    dialOf(this.#socket)?.claim(roundTrip);
  }

  /** `roundTrip` has its place on the connection, by the stream that has just got its id. */
  gotConn(time: number, roundTrip: RoundTrip, stream: ClientHttp2Stream): void {
    const connection = (this.#connection ??= this.#connect(time));
    if (connection === undefined) return;
    const { id = 0 } = stream;
    // An unwatched stream between the last watched one and this: nobody saw when it ended.
    if (id !== this.#lastId + 2) connection.idleSince = Number.NaN;
    this.#lastId = id;
    const reused = connection.served > 0 || !isFirst(stream);
    roundTrip.gotConn(time, connection, reused, reused && connection.active === 0 && !this.#isOpen(stream));
  }

  /** The round trip of `stream` has ended at `time`; a CONNECT's stream goes on. */
  ended(time: number, stream: ClientHttp2Stream, goesOn: boolean): void {
    const connection = this.#connection;
    if (connection === undefined || connection.active > 0) return;
    connection.idleSince = goesOn || this.#isOpen(stream) ? Number.NaN : time;
  }

  /** A round trip fails because of the whole session: the connection ends with it. */
  failed(time: number): void {
    this.#connection?.close(time, 'error', this.#socket?.errored ?? null);
  }

  /** Some stream other than `own` is open. */
  #isOpen(own: ClientHttp2Stream): boolean {
    const streams = this.#open?.streams;
    if (streams === undefined || streams.size <= 1) return false;
    for (const stream of streams.values()) if (stream !== own && isOpen(stream)) return true;
    return false;
  }

  #connect(time: number): Connection | undefined {
    const socket = this.#socket;
    if (socket === undefined) return undefined;
    let connection = Connections.of(socket);
    // One that is closed for us was a CONNECT's, whose tunnel this session is in.
    if (connection === undefined || connection.closed !== undefined) {
      connection = new Connection(socket, dialOf(socket), time);
      Connections.set(socket, connection);
    }
    connection.protocol = 'h2';
    socket.on('close', onSocketClose);
    return connection;
  }
}

/** Keeps what is known of a session on the session. */
class Sessions extends Given {
  readonly #known: WatchedSession;

  constructor(session: ClientHttp2Session, known: WatchedSession) {
    super(session);
    this.#known = known;
  }

  static of(session: ClientHttp2Session): WatchedSession | undefined {
    return #known in session ? session.#known : undefined;
  }
}

/** Shared by all: no closure a connection. */
function onSocketClose(this: Duplex): void {
  const connection = Connections.of(this);
  if (connection === undefined) return;
  // node:http2 has closed its streams by now, and they tell of it in the next tick.
  const failed = connection.active > 0 || this.errored !== null;
  connection.close(now(), failed ? 'error' : 'idle', this.errored);
}

/** No stream of this session came before; one that waits for the connection has no id yet. */
function isFirst({ id }: ClientHttp2Stream): boolean {
  return id === undefined || id === 1;
}

/**
 * The socket itself. `session.socket` is a proxy, whose methods are those of the socket behind it; this one returns its
 * `this`, and takes away nothing.
 */
function rawSocket(session: ClientHttp2Session): Duplex | undefined {
  try {
    const socket: Duplex & { readonly stream?: unknown } = session.socket.removeListener(
      'httptrace',
      nothing,
    );
    // node:http2 puts a wrapper around what is no socket of node:net.
    const below = socket.stream;
    // It was given to node:http2 as a Duplex.
    return typeof below === 'object' && below !== null ? (below as Duplex) : socket;
  } catch {
    // Closed: ERR_HTTP2_SOCKET_UNBOUND.
    return undefined;
  }
}

function nothing(): void {}

/** Undici puts its Client on the session, in 6, 7 and 8. */
function hasClient(session: object): boolean {
  return ownSymbol(session, 'client') !== undefined;
}

/** Where it is not as expected, unwatched streams are not known. */
function openStreams(session: object): OpenStreams | undefined {
  const key = ownSymbol(session, 'state');
  const state: unknown = key === undefined ? undefined : Reflect.get(session, key);
  if (typeof state !== 'object' || state === null || !('streams' in state)) return undefined;
  // Node's own kind of map is no instance of Map. What is in it cannot be tested.
  return isMap(state.streams) ? (state as OpenStreams) : undefined;
}

function ownSymbol(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
}
