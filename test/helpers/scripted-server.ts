import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { onTestFinished } from 'vitest';

import { certs } from './certs.ts';

/** One connection, from the server's side, as a script sees it: what it awaits is bytes, never time. */
export class Peer {
  readonly socket: net.Socket;
  /** All that came so far. */
  received: Buffer = Buffer.alloc(0);
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  #read = 0;
  #ended = false;
  readonly #waiting: (() => void)[] = [];

  constructor(socket: net.Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#wake();
    });
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
    // A reset by the client is what some tests are about; 'close' follows.
    socket.on('error', () => {});
  }

  /** The next head of a request, its empty line included. */
  async head(): Promise<string> {
    let end = -1;
    while ((end = this.received.indexOf('\r\n\r\n', this.#read)) === -1) await this.#more();
    return this.#take(end + 4).toString('latin1');
  }

  /** The next `count` bytes. */
  async bytes(count: number): Promise<Buffer> {
    while (this.received.length < this.#read + count) await this.#more();
    return this.#take(this.#read + count);
  }

  /** What has come and was not read yet. */
  rest(): Buffer {
    return this.#take(this.received.length);
  }

  /** Resolves when the client has ended its side. */
  async end(): Promise<void> {
    while (!this.#ended) await this.#next();
  }

  /** Sends `text` in one piece, as it is. */
  send(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }

  /** A whole response with a length. */
  respond(body = 'ok', head = 'HTTP/1.1 200 OK'): void {
    this.send(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  /** Sends all that is due and ends the connection. */
  close(): void {
    this.socket.end();
  }

  /** Ends the connection at once: with RST where TCP is plain. */
  reset(): void {
    if (this.socket instanceof tls.TLSSocket) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  #take(end: number): Buffer {
    const taken = this.received.subarray(this.#read, end);
    this.#read = end;
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new PeerGone();
    await this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** The client ended a connection on which the script waited for more: the natural end of most scripts. */
class PeerGone extends Error {}

/** What the server does with connection number `index` (the first is 0). */
export type Script = (peer: Peer, index: number) => Promise<void> | void;

export interface ScriptedServerOptions {
  /** Speak TLS, with these options beside a good certificate. */
  readonly tls?: boolean | tls.TlsOptions;
  /** Listen on this path instead of a port. */
  readonly path?: string;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
}

export interface ScriptedServer {
  readonly port: number;
  /** `http://127.0.0.1:port`, or https. */
  readonly origin: string;
  /** `host:port` as getConn tells it. */
  readonly hostPort: string;
  readonly peers: readonly Peer[];
  /** Connection number `index`, when it is there. */
  peer(index: number): Promise<Peer>;
}

/** A server that plays `script` with each connection, until the test has finished. */
export async function scriptedServer(
  script: Script,
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const peers: Peer[] = [];
  const waiting: { index: number; resolve: (peer: Peer) => void }[] = [];
  const sockets = new Set<net.Socket>();
  const failures: unknown[] = [];

  const play = async (socket: net.Socket): Promise<void> => {
    const peer = new Peer(socket);
    const index = peers.push(peer) - 1;
    for (const waiter of waiting) if (waiter.index === index) waiter.resolve(peer);
    try {
      await script(peer, index);
    } catch (error) {
      if (!(error instanceof PeerGone)) failures.push(error);
    }
  };
  const onSecure = (socket: net.Socket): void => void play(socket);
  const server =
    options.tls === undefined || options.tls === false
      ? net.createServer({ allowHalfOpen: true }, onSecure)
      : tls.createServer({ ...certs().good, ...(options.tls === true ? {} : options.tls) }, onSecure);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(
    options.path === undefined ? { port: 0, host: options.host ?? '127.0.0.1' } : { path: options.path },
  );
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    if (failures.length > 0)
      throw new AggregateError(failures, `the server's script failed: ${String(failures[0])}`);
  });

  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const secure = server instanceof tls.Server;
  const host = options.host ?? '127.0.0.1';
  const hostPort = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    port,
    origin: `${secure ? 'https' : 'http'}://${hostPort}`,
    hostPort,
    peers,
    peer: async (index) => peers[index] ?? (await new Promise((resolve) => waiting.push({ index, resolve }))),
  };
}

/** Answers each request on each connection with `ok`, as long as it has no body. */
export async function answerAll(peer: Peer): Promise<void> {
  for (;;) {
    await peer.head();
    peer.respond();
  }
}
