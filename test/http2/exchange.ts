import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';

/** How a test speaks HTTP/2: over TLS by ALPN, or in clear text by prior knowledge. */
export type Scheme = 'h2' | 'h2c';

export const SCHEMES: readonly Scheme[] = ['h2', 'h2c'];

/** What a server does with a request. */
export type OnStream = (
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[],
) => void;

/** A running HTTP/2 server. */
export interface Http2Server {
  readonly port: number;
  readonly origin: string;
  readonly authority: string;
  /** Connections that it has accepted, in order. */
  readonly sessions: readonly http2.ServerHttp2Session[];
}

/** An HTTP/2 server that is closed, with its connections, when the test has finished. */
export async function http2Server(
  scheme: Scheme,
  onStream: OnStream = answer,
  options: http2.SecureServerOptions = {},
): Promise<Http2Server> {
  const server =
    scheme === 'h2' ? http2.createSecureServer({ ...certs().good, ...options }) : http2.createServer(options);
  const sessions: http2.ServerHttp2Session[] = [];
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  // Node emits the raw fields too, which @types/node leaves out.
  server.on('stream', (stream, headers, flags, ...[raw = []]: string[][]) => {
    stream.on('error', () => {});
    onStream(stream, headers, flags, raw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const authority = `127.0.0.1:${port}`;
  const running = {
    port,
    authority,
    origin: `${scheme === 'h2' ? 'https' : 'http'}://${authority}`,
    sessions,
  };
  onTestFinished(async () => {
    for (const session of sessions) session.destroy();
    server.close();
    await once(server, 'close');
  });
  return running;
}

/** Reads the request and answers it with `ok`. */
export function answer(stream: http2.ServerHttp2Stream): void {
  stream.resume();
  stream.on('end', () => {
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'x-served-by': 'test' });
    stream.end('ok');
  });
}

/** A session that is destroyed when the test has finished. Its own errors are its streams' errors too. */
export function connect(
  origin: string,
  options: http2.SecureClientSessionOptions = {},
): http2.ClientHttp2Session {
  const session = http2.connect(origin, { ca: certs().ca, ...options });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** What came of a request whose response was read to its end. */
export interface Exchange {
  readonly stream: http2.ClientHttp2Stream;
  readonly headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  readonly body: string;
}

/** Ends `stream` with `body` and reads its response. */
export async function finish(stream: http2.ClientHttp2Stream, body?: string | Buffer): Promise<Exchange> {
  if (!stream.writableEnded) stream.end(body);
  const [headers] = (await once(stream, 'response')) as [Exchange['headers']]; // node:http2's documentation
  return { stream, headers, body: await read(stream) };
}

/** Reads a response to its end. */
export async function read(stream: http2.ClientHttp2Stream): Promise<string> {
  stream.setEncoding('latin1');
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  return body;
}

/** A whole request. */
export function request(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders = {},
  body?: string | Buffer,
): Promise<Exchange> {
  return finish(session.request({ ':path': '/', ...headers }), body);
}

/** The error of `stream`, which must fail. */
export async function errorOf(stream: http2.ClientHttp2Stream): Promise<NodeJS.ErrnoException> {
  const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException]; // node:http2's documentation
  return error;
}
