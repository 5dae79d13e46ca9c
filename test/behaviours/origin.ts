import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type net from 'node:net';
import { onTestFinished } from 'vitest';

import { certs, type KeyPair } from '../helpers/certs.ts';

/** Header fields of a response. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** One request, from the server's side: the same over HTTP/1.1 and HTTP/2. */
export interface Served {
  readonly method: string;
  readonly path: string;
  /** Number of the connection it came on; the first is 0. */
  readonly connection: number;
  readonly socket: net.Socket;
  field(name: string): string | undefined;
  /** `name: value` of each field of the request's head, in order; over HTTP/2 with the pseudo header fields. */
  head(): string[];
  /** Reads the whole body. */
  text(): Promise<string>;
  /** Sends a 1xx. */
  inform(status: number, fields?: Fields): void;
  /** Sends a whole response. */
  respond(body?: string, options?: ResponseOptions): void;
  /** Sends a head, and what is known of the body. */
  begin(body: string, fields?: Fields): void;
  /** Sends the rest of what was begun. */
  end(body?: string, trailers?: Readonly<Record<string, string>>): void;
  /** Ends the connection, or over HTTP/2 resets the stream. */
  breakOff(): void;
  /** Resolves when the client has gone, or all is over. */
  readonly gone: Promise<void>;
}

export interface ResponseOptions {
  readonly status?: number;
  readonly fields?: Fields;
}

export type Handler = (served: Served) => void | Promise<void>;

export interface OriginOptions {
  readonly http?: '1.1' | '2';
  readonly secure?: boolean;
  /** The server's certificate; a good one by default. */
  readonly certificate?: KeyPair;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Listen on this path instead of a port. */
  readonly path?: string;
}

/** A server for the behaviours; closed when the test has finished. */
export interface Origin {
  readonly port: number;
  /** `http://127.0.0.1:port`, or https. */
  readonly url: string;
  /** `host:port` as getConn tells it. */
  readonly hostPort: string;
  /** All connections that were opened to it. */
  readonly connections: readonly net.Socket[];
}

type Incoming = http.IncomingMessage | http2.Http2ServerRequest;
type Outgoing = http.ServerResponse | http2.Http2ServerResponse;

/** Answers `ok` to everything, when the request has been read. */
export async function answering(served: Served): Promise<void> {
  await served.text();
  served.respond();
}

/** Answers with the body it gets. */
export async function echoing(served: Served): Promise<void> {
  served.respond(await served.text());
}

/** Says nothing. */
export function silent(): void {}

/** A server that answers by `handler`. */
export async function origin(handler: Handler, options: OriginOptions = {}): Promise<Origin> {
  const { secure = false, host = '127.0.0.1', path } = options;
  const connections: net.Socket[] = [];
  const failures: unknown[] = [];
  const server = makeServer(options);
  server.on('connection', (socket: net.Socket) => {
    connections.push(socket);
    // A reset by the client is what some behaviours are about.
    socket.on('error', () => {});
  });
  const serve = async (request: Incoming, response: Outgoing): Promise<void> => {
    try {
      await handler(served(request, response, connections));
    } catch (error) {
      // A request that its client has ended while the handler read it.
      if (!isReset(error)) failures.push(error);
    }
  };
  const listener = (request: Incoming, response: Outgoing): void => void serve(request, response);
  server.on('request', listener);
  // Else a server continues by itself.
  server.on('checkContinue', listener);
  server.on('sessionError', () => {});
  server.on('clientError', (_error: Error, socket: net.Socket) => socket.destroy());
  server.listen(path === undefined ? { port: 0, host } : { path });
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
    if (failures.length > 0) throw new AggregateError(failures, `the server failed: ${String(failures[0])}`);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const hostPort = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { port, url: `${secure ? 'https' : 'http'}://${hostPort}`, hostPort, connections };
}

function makeServer({ http: version = '1.1', secure = false, certificate }: OriginOptions): net.Server {
  const pair = certificate ?? certs().good;
  if (version === '2') return secure ? http2.createSecureServer(pair) : http2.createServer();
  return secure ? https.createServer(pair) : http.createServer();
}

function isReset(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /ECONNRESET|ABORT|STREAM/.test(error.code)
  );
}

/** HTTP/2's compatibility API has all but 1xx in common with node:http. */
function served(request: Incoming, response: Outgoing, connections: readonly net.Socket[]): Served {
  const stream = 'stream' in response ? response.stream : undefined;
  const socket = request.socket;
  const gone = new Promise<void>((resolve) => (stream ?? socket).once('close', () => resolve()));
  stream?.on('error', () => {});
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    // By its port, because a TLS server's sockets are others than those that were accepted.
    connection: connections.findIndex(({ remotePort }) => remotePort === socket.remotePort),
    socket,
    gone,
    field: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    head() {
      const raw = request.rawHeaders;
      return raw.flatMap((value, i) => (i % 2 === 1 ? [`${raw[i - 1]}: ${value}`] : []));
    },
    async text() {
      let text = '';
      request.setEncoding('utf8');
      for await (const chunk of request) text += String(chunk);
      return text;
    },
    inform(status, fields = {}) {
      if (stream !== undefined) stream.additionalHeaders({ ...fields, ':status': status });
      else socket.write(informationalHead(status, fields));
    },
    respond(body = 'ok', { status = 200, fields = {} } = {}) {
      // node:http2 has no statusMessage, and takes one all the same.
      response.statusCode = status;
      for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
      if (status === 204 || status === 304 || request.method === 'HEAD') response.end();
      else response.end(body);
    },
    begin(body, fields = {}) {
      for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
      // An empty chunk is not sent; the head is.
      (response as http.ServerResponse).write(body);
    },
    end(body, trailers) {
      if (trailers !== undefined) response.addTrailers(trailers);
      response.end(body ?? '');
    },
    breakOff() {
      if (stream !== undefined) stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
      else socket.destroy();
    },
  };
}

function informationalHead(status: number, fields: Fields): string {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
}
