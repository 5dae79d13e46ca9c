import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { certs, type KeyPair } from '../helpers/certs.ts';

export { CLOSED_PORT } from '../helpers/closed-port.ts';

export interface CommandOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  /** Both outputs are terminals of this width. */
  readonly terminal?: number;
  /** Called with a function that presses Ctrl-C. */
  readonly onStart?: (interrupt: () => void) => void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, on streams of its own. */
export async function command(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const stdout = capture(options.terminal);
  const stderr = capture(options.terminal);
  const io: Io = {
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { LANG: 'en_US.UTF-8', ...options.env },
    platform: 'linux',
    onInterrupt(listener) {
      options.onStart?.(listener);
      return () => {};
    },
  };
  const code = await main(args, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function capture(columns: number | undefined): { stream: Io['stdout']; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    stream: columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns }),
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

/** A request as a test server got it. */
export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface TestServer {
  readonly port: number;
  /** `localhost:PORT`, `127.0.0.1:PORT`: without scheme. */
  readonly address: string;
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  readonly connections: () => number;
}

export type Answer = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void;

/** An HTTP server on loopback that lives as long as the test. */
export async function serve(answer: Answer): Promise<TestServer> {
  return listen(http.createServer(), 'http', answer);
}

/** As {@link serve}, with TLS. */
export async function serveTls(
  answer: Answer,
  pair: KeyPair = certs().good,
  more: https.ServerOptions = {},
): Promise<TestServer> {
  return listen(https.createServer({ ...pair, ...more }), 'https', answer);
}

/** As {@link serve}, with HTTP/2: without TLS by prior knowledge. */
export async function serveHttp2(answer: Answer): Promise<TestServer> {
  return listen(http2.createServer(), 'http', answer);
}

/** As {@link serveTls}, with HTTP/2 by ALPN, and HTTP/1.1 where a client does not offer it. */
export async function serveTlsHttp2(
  answer: Answer,
  pair: KeyPair = certs().good,
  more: http2.SecureServerOptions = {},
): Promise<TestServer> {
  return listen(http2.createSecureServer({ allowHTTP1: true, ...pair, ...more }), 'https', answer);
}

async function listen(
  server: http.Server | https.Server | http2.Http2Server | http2.Http2SecureServer,
  scheme: string,
  answer: Answer,
): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1');
      const { method, url, headers, rawHeaders } = request;
      seen.push({ method, url, headers, rawHeaders, body });
      answer(request, response, body);
    });
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = `127.0.0.1:${port}`;
  return { port, address, url: `${scheme}://${address}`, seen, connections: () => connections };
}

/** A TCP server that does what the test says with each connection. */
export async function serveRaw(onConnection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    // What the client does to the connection is not what is tested.
    socket.on('error', () => {});
    onConnection(socket);
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return port;
}

async function listenOnLoopback(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Answers 200 with a short text. */
export function hello(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.end('hello\n');
}
