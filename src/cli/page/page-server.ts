import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TraceLine } from '../../trace-file/types.ts';
import { EventStream } from './event-stream.ts';
import { LineBuffer } from './line-buffer.ts';
import { classifyRequest } from './page-request.ts';
import { splitTemplate, traceElement } from './template.ts';

export interface PageServerOptions {
  /** The page, from `readTemplate()`. */
  readonly template: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Characters of the trace that are kept for pages that come later or read slowly; 64 million by default. */
  readonly keep?: number;
}

/** Serves the page and, live, what is sent. */
export interface PageServer {
  /** Secret: whoever knows it can read the trace. */
  readonly url: string;
  /** Sends a line to all pages, now and later ones. Never waits. */
  send(line: TraceLine): void;
  /** Sends the rest, tells the pages that it was all, and stops. A page that does not read is not waited for. */
  close(): Promise<void>;
}

const KEEP = 64_000_000;
/** Milliseconds for which lines are collected, so that a page gets many at a time. */
const PAUSE = 50;
/** Milliseconds that pages have to read the rest. */
const PATIENCE = 2000;
const TOKEN_BYTES = 24;

/**
 * Starts the server of `--ui`, on loopback. It keeps no process alive that has nothing else to do, once `close` was called.
 *
 * @throws Error with node's `code` when the port cannot be had.
 */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const server = new LivePageServer(options);
  await server.listen(options.port ?? 0);
  return server;
}

class LivePageServer implements PageServer {
  readonly #server: Server;
  readonly #buffer: LineBuffer;
  readonly #streams = new Set<EventStream>();
  readonly #token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #page: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** The first line of a run tells what it is; it is kept however much comes after it. */
  #runLine = '';
  #timer: NodeJS.Timeout | undefined;
  url = '';

  constructor({ template, keep = KEEP }: PageServerOptions) {
    const { before, after, policy } = splitTemplate(template);
    const livePolicy = policy.replace("connect-src 'none'", "connect-src 'self'");
    this.#page = before.replace(policy, livePolicy) + traceElement('live', '') + after;
    this.#headers = {
      'content-security-policy': `${livePolicy}; frame-ancestors 'none'`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    };
    this.#buffer = new LineBuffer(keep);
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    // A server that listens on a port has an AddressInfo.
    const address = this.#server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${address.port}/${this.#token}/`;
  }

  send(line: TraceLine): void {
    const text = JSON.stringify(line);
    if (line.type === 'run') this.#runLine = text;
    this.#buffer.push(text);
    this.#timer ??= setTimeout(() => this.#flush(), PAUSE).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const stream of this.#streams) stream.end();
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), PATIENCE);
    await closed;
    clearTimeout(timer);
  }

  #flush(): void {
    this.#timer = undefined;
    for (const stream of this.#streams) stream.send();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    const wanted = classifyRequest(request, this.#token);
    if (wanted === 'page') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(this.#page);
    } else if (wanted === 'events') {
      this.#openStream(request, response);
    } else {
      if (wanted === 405) response.setHeader('allow', 'GET');
      response.statusCode = wanted;
      // What is left of a body is not read.
      response.setHeader('connection', 'close');
      response.end();
    }
  }

  #openStream(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    // One response after which nothing comes on its connection.
    response.setHeader('connection', 'close');
    response.flushHeaders();
    const next = lastEventId(request);
    if (next === 0 && this.#buffer.first > 0 && this.#runLine !== '')
      response.write(`data: ${this.#runLine}\n\n`);
    const stream = new EventStream(this.#buffer, response, next);
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
    stream.send();
  }
}

/** Number of the first line that a page does not have: it was told as the id of the last event that it got. */
function lastEventId(request: IncomingMessage): number {
  const id = request.headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
