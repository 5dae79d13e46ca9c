import { once } from 'node:events';
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type * as undici7 from 'undici';
import type { Agent, Dispatcher, Pool } from 'undici';
import { onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { runsUndici8, UNDICI_8 } from '../helpers/undici-8.ts';

const require = createRequire(import.meta.url);

// Node's own copy has to be there before the others: the first that is loaded makes the global dispatcher.
void globalThis.Headers;

/** What came back; the body was read to its end. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What `request()` and `fetch()` both take. */
export interface SendOptions {
  readonly dispatcher: Dispatcher;
  readonly method?: 'GET' | 'POST' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Nothing is pipelined behind it; by default on undici 7 and 8. Not by fetch. */
  readonly blocking?: boolean;
  /** HTTP/2, and not by fetch. */
  readonly expectContinue?: boolean;
}

/** A copy of undici. Its classes have the types of undici 7. */
export interface UndiciClient {
  readonly name: 'fetch' | 'undici 6' | 'undici 7' | 'undici 8';
  /** Major version of undici. */
  readonly major: number;
  /** An agent that trusts the tests' authority, destroyed when the test has finished. */
  readonly agent: (options?: Agent.Options) => Agent;
  readonly send: (url: string, options: SendOptions) => Promise<Answer>;
  /** What `send` rejected with, without what fetch wraps around it. */
  readonly reason: (error: unknown) => unknown;
}

type Undici = typeof undici7;

/** An npm copy of undici, with all that it exports. */
export interface UndiciPackage extends UndiciClient {
  readonly undici: Undici;
  /** What `require()` loads it by. */
  readonly file: string;
}

const fetchClient: UndiciClient = {
  name: 'fetch',
  major: Number.parseInt(process.versions.undici ?? '', 10),
  agent: agentsOf(bundledAgent()),
  async send(url, options) {
    // The types of Node's own undici know nothing of another copy's dispatcher.
    const response = await fetch(url, { ...options, duplex: 'half' } as unknown as RequestInit);
    return { status: response.status, body: await response.text() };
  },
  reason: (error) => (error instanceof TypeError && error.cause !== undefined ? error.cause : error),
};

/** The npm copies of undici that this Node runs. */
export const packages: readonly UndiciPackage[] = [
  packageClient('undici 6', 'undici-v6', await import('undici-v6')),
  packageClient('undici 7', 'undici', await import('undici')),
  ...(runsUndici8() ? [packageClient('undici 8', UNDICI_8, await import(`${UNDICI_8}/index.js`))] : []),
];

/** All copies of undici that this Node runs, its own by fetch. */
export const undicis: readonly UndiciClient[] = [fetchClient, ...packages];

/** The class of the dispatcher of global fetch: undici keeps it there, 8 under the second key. */
function bundledAgent(): typeof Agent {
  const dispatchers = globalThis as unknown as Record<symbol, { readonly constructor: typeof Agent }>;
  const dispatcher =
    dispatchers[Symbol.for('undici.globalDispatcher.2')] ??
    dispatchers[Symbol.for('undici.globalDispatcher.1')];
  if (dispatcher === undefined) throw new Error('global fetch has no dispatcher');
  return dispatcher.constructor;
}

function packageClient(name: UndiciPackage['name'], id: string, module: unknown): UndiciPackage {
  const undici = module as Undici; // near enough for what is used here
  return {
    name,
    major: Number(name.at(-1)),
    undici,
    file: require.resolve(id),
    agent: agentsOf(undici.Agent),
    async send(url, options) {
      // Without a path, which its first argument has.
      const { statusCode, body } = await undici.request(url, options as unknown as Dispatcher.RequestOptions);
      return { status: statusCode, body: await body.text() };
    },
    reason: (error) => error,
  };
}

function agentsOf(AgentClass: typeof Agent): UndiciClient['agent'] {
  return ({ connect, ...options } = {}) =>
    own(
      new AgentClass({
        ...options,
        connect: typeof connect === 'function' ? connect : { ca: certs().ca, ...connect },
      }),
    );
}

/** Destroys `dispatcher` when the test has finished. */
export function own<D extends Agent | Pool | Dispatcher>(dispatcher: D): D {
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

/** A server of HTTP/2 over TLS, until the test has finished. */
export async function http2Server(
  onStream: (
    stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    rawHeaders: readonly string[],
  ) => unknown,
): Promise<{ readonly origin: string; readonly sessions: readonly http2.Http2Session[] }> {
  const server = http2.createSecureServer(certs().good);
  const sessions: http2.Http2Session[] = [];
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {}); // a client that resets
  });
  // The types leave out the fourth argument.
  server.on('stream', (stream, headers, ...rest: unknown[]) => {
    stream.on('error', () => {}); // a stream that is aborted
    onStream(stream, headers, rest[1] as string[]); // node:http2's documentation
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const session of sessions) session.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { origin: `https://127.0.0.1:${port}`, sessions };
}

/** A session of node:http2 that trusts the tests' authority, destroyed when the test has finished. */
export function http2Session(
  origin: string,
  options: http2.SecureClientSessionOptions = {},
): http2.ClientHttp2Session {
  const session = http2.connect(origin, { ca: certs().ca, ...options });
  onTestFinished(() => session.destroy());
  return session;
}

/** What `stream` is answered. */
export async function answerOf(stream: http2.ClientHttp2Stream): Promise<Answer> {
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]; // node:http2's documentation
  stream.setEncoding('latin1');
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  return { status: Number(headers[':status']), body };
}
