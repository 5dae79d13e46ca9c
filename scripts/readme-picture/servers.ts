import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';

const PAGE = Buffer.alloc(90_000, '<p>Hello</p>\n');
const SERVER_TIMING = 'db;dur=34.2;desc="2 queries", render;dur=21.5';

type Answer = (response: http2.Http2ServerResponse, path: string) => Promise<void>;

/** What is at each name; what a server does takes as long as it says. */
const SITES: Readonly<Record<string, Answer>> = {
  'example.test': showPage,
  'auth.example.test': (response) => send(response, 70, 200, 900),
  'api.example.test': (response, path) => send(response, 12 + numberIn(path) * 3, 200, 3000),
  'images.example.test': (response, path) => send(response, 8, 200, 40_000 + numberIn(path) * 7000),
  'search.example.test': (response, path) =>
    path.endsWith('42') ? send(response, 60, 503, 60) : send(response, 150, 200, 12_000),
  'events.example.test': (response) => send(response, 20, 202, 0),
};

/** Starts a server that redirects to https, and one that answers there by HTTP/2 and HTTP/1.1. */
export async function startServers(pair: { key: Buffer; cert: Buffer }): Promise<void> {
  const secure = http2.createSecureServer({ ...pair, allowHTTP1: true }, (request, response) => {
    const [host = ''] = (request.authority || (request.headers.host ?? '')).split(':');
    void (SITES[host] ?? refuse)(response, request.url);
  });
  await Promise.all([
    once(http.createServer(redirect).listen(80), 'listening'),
    once(secure.listen(443), 'listening'),
  ]);
}

function redirect(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(301, { Location: 'https://example.test/' }).end();
}

/** A name that nobody has is a mistake in a program; it must not wait for ever. */
function refuse(response: http2.Http2ServerResponse): Promise<void> {
  return send(response, 0, 421, 0);
}

async function showPage(response: http2.Http2ServerResponse): Promise<void> {
  await delay(18);
  response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
  await delay(40);
  response.writeHead(200, {
    'Content-Type': 'text/html',
    'Content-Length': PAGE.length,
    'Server-Timing': SERVER_TIMING,
  });
  response.end(PAGE);
}

async function send(
  response: http2.Http2ServerResponse,
  milliseconds: number,
  status: number,
  length: number,
): Promise<void> {
  await delay(milliseconds);
  response.writeHead(status, { 'Content-Length': length }).end(Buffer.alloc(length, 'x'));
}

/** The number in the last part of a path, two digits at most. */
function numberIn(path: string): number {
  return Number(/\d{1,2}(?=\D*$)/.exec(path)?.[0] ?? 0);
}
