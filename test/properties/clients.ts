import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';

import { certs } from '../helpers/certs.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { BundledAgent } from '../behaviours/drivers/bundled-undici.ts';
import type { UndiciCopy } from '../behaviours/drivers/undici.ts';
import type { Abilities } from './arbitrary.ts';
import type { Plan } from './plan.ts';

/** What a client is to send. */
export interface Message {
  readonly url: string;
  readonly method: string;
  readonly body: string | AsyncIterable<Buffer> | undefined;
  readonly signal: AbortSignal | undefined;
  /** To be called when the head of the answer is there. */
  readonly onHead: () => void;
}

/** What came back, its body read to the end. */
export interface Answer {
  readonly status: number;
  /** `name: value`, as the client tells it. */
  readonly header: readonly string[];
  readonly body: string;
}

/** A client with connections of its own. */
export interface OpenClient {
  /** Rejects as the client does. */
  send(message: Message): Promise<Answer>;
  /** Ends all connections, and what is still open on them. */
  close(): Promise<void>;
}

/** A client of the properties. */
export interface PropertyClient {
  readonly name: string;
  readonly abilities: Abilities;
  /** Whether it speaks TLS always or never; undefined when the plan says. */
  readonly secure?: boolean;
  /** Whether requests can wait where it does not tell of them. */
  queuesUnseen(plan: Plan): boolean;
  /** Whether it sends on no more than so many connections; 0 when it has no limit. */
  limit(plan: Plan): number;
  open(plan: Plan, options: { readonly origin: string; readonly lookup: LookupFunction }): OpenClient;
}

const HTTP1: Abilities = { http: '1.1', aborts: true, streams: true, ends: true, cutTrailers: true };
const HTTP2: Abilities = { http: '2', aborts: true, streams: true, ends: true, cutTrailers: true };

function nodeClient(name: 'http' | 'https'): PropertyClient {
  const secure = name === 'https';
  return {
    name,
    abilities: HTTP1,
    secure,
    queuesUnseen: () => false,
    limit: ({ connections }) => connections,
    open({ connections }, { lookup }) {
      const options = { keepAlive: true, ...(connections > 0 && { maxSockets: connections }) };
      const agent = secure ? new https.Agent({ ...options, ca: certs().ca }) : new http.Agent(options);
      return {
        send: (message) => sendByNode((secure ? https : http).request, { agent, lookup }, message),
        async close() {
          agent.destroy();
        },
      };
    },
  };
}

function sendByNode(
  begin: typeof http.request,
  options: { readonly agent: http.Agent; readonly lookup: LookupFunction },
  { url, method, body, signal, onHead }: Message,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = begin(url, { ...options, method, ...(signal !== undefined && { signal }) });
    request.on('error', reject);
    request.on('response', (response) => {
      onHead();
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          header: pairs([...response.rawHeaders, ...response.rawTrailers]),
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    });
    if (body === undefined || typeof body === 'string') request.end(body);
    // Its own error is the request's.
    else pipeline(Readable.from(body), request).catch(() => {});
  });
}

function pairs(raw: readonly string[]): string[] {
  return raw.flatMap((value, i) => (i % 2 === 1 ? [`${raw[i - 1]}: ${value}`] : []));
}

/** A copy of fetch; `Limited` makes the dispatchers that have a limit of connections. */
interface FetchOptions {
  readonly name: string;
  readonly fetch: typeof fetch;
  readonly Agent: typeof BundledAgent;
  readonly Limited?: typeof BundledAgent;
  readonly allowH2: boolean;
}

function fetchClient(
  { name, fetch, Agent, Limited = Agent, allowH2 }: FetchOptions,
  limits: Partial<Abilities> = {},
): PropertyClient {
  return {
    name,
    // Undici leaves requests waiting for ever when an HTTP/2 connection ends that has others.
    abilities: { ...(allowH2 ? HTTP2 : HTTP1), ends: !allowH2, ...limits },
    ...(allowH2 && { secure: true }),
    queuesUnseen: ({ connections }) => connections > 0,
    limit: ({ connections }) => connections,
    open({ connections }, { lookup }) {
      const options = { allowH2, connect: { ca: certs().ca, lookup } };
      const dispatcher = connections > 0 ? new Limited({ ...options, connections }) : new Agent(options);
      return {
        send: (message) => sendByFetch(fetch, dispatcher, message),
        close: () => dispatcher.destroy(),
      };
    },
  };
}

async function sendByFetch(send: typeof fetch, dispatcher: Dispatcher, message: Message): Promise<Answer> {
  const { url, method, body, signal, onHead } = message;
  // @types/node knows neither `dispatcher` nor `duplex`.
  const init: object = { dispatcher, method, body, signal, duplex: 'half', redirect: 'manual' };
  const response = await send(url, init);
  onHead();
  return {
    status: response.status,
    header: [...response.headers].map(([name, value]) => `${name}: ${value}`),
    body: await response.text(),
  };
}

function undiciClient({ major, module }: UndiciCopy): PropertyClient {
  return {
    name: `undici-${major}`,
    abilities: HTTP1,
    queuesUnseen: ({ dispatcher, connections }) => dispatcher !== 'Client' && connections > 0,
    limit: ({ dispatcher, connections }) => (dispatcher === 'Client' ? 1 : connections),
    open({ dispatcher: kind, connections }, { origin, lookup }) {
      const connect = { ca: certs().ca, lookup };
      const limited = { connect, ...(connections > 0 && { connections }) };
      const dispatcher: Dispatcher =
        kind === 'Agent'
          ? new module.Agent(limited)
          : kind === 'Pool'
            ? new module.Pool(origin, limited)
            : new module.Client(origin, { connect });
      return {
        send: (message) => sendByUndici(dispatcher, message),
        close: () => dispatcher.destroy(),
      };
    },
  };
}

async function sendByUndici(dispatcher: Dispatcher, message: Message): Promise<Answer> {
  const { url, method, body, signal, onHead } = message;
  const { origin, pathname } = new URL(url);
  const {
    statusCode,
    headers,
    body: answer,
  } = await dispatcher.request({
    origin,
    path: pathname,
    method: method,
    body: body === undefined || typeof body === 'string' ? (body ?? null) : Readable.from(body),
    signal,
  });
  onHead();
  return {
    status: statusCode,
    header: Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one) => `${name}: ${one}`),
    ),
    body: await answer.text(),
  };
}

const nodeHttp2: PropertyClient = {
  name: 'http2',
  abilities: HTTP2,
  queuesUnseen: () => false,
  limit: () => 1,
  open(_plan, { origin, lookup }) {
    const made = new Set<http2.ClientHttp2Session>();
    let current: http2.ClientHttp2Session | undefined;
    const sessionFor = (url: string): http2.ClientHttp2Session => {
      const target = new URL(url).origin;
      if (target === origin && current !== undefined && !current.closed && !current.destroyed) return current;
      const session = http2.connect(target, { ca: certs().ca, lookup } as http2.SecureClientSessionOptions);
      // Its streams fail too.
      session.on('error', () => {});
      made.add(session);
      session.once('close', () => made.delete(session));
      if (target === origin) current = session;
      return session;
    };
    return {
      send: (message) => sendByHttp2(sessionFor(message.url), message),
      async close() {
        for (const session of made) session.destroy();
      },
    };
  },
};

function sendByHttp2(session: http2.ClientHttp2Session, message: Message): Promise<Answer> {
  const { url, method, body, signal, onHead } = message;
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':method': method, ':path': new URL(url).pathname },
      { endStream: body === undefined, ...(signal !== undefined && { signal }) },
    );
    let status = 0;
    let header: string[] = [];
    const chunks: Buffer[] = [];
    stream.on('error', reject);
    stream.on('response', (headers) => {
      onHead();
      status = headers[':status'] ?? 0;
      header = Object.entries(headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one) => `${name}: ${one}`),
      );
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('close', () => {
      if (status > 0 && stream.readableEnded && !stream.aborted && stream.rstCode === 0)
        resolve({ status, header, body: Buffer.concat(chunks).toString('latin1') });
      else reject(new Error(`the stream was closed with ${stream.rstCode}`));
    });
    if (typeof body === 'string') stream.end(body);
    else if (body !== undefined) pipeline(Readable.from(body), stream).catch(() => {});
  });
}

const majorOfFetch = Number.parseInt(process.versions.undici ?? '0', 10);

/** A program has no way to Node's own class of dispatchers: what it gives fetch comes from npm. */
const globalFetch = {
  name: 'fetch',
  fetch: globalThis.fetch,
  Agent: BundledAgent,
  Limited: UNDICIS.find(({ major }) => major === majorOfFetch)?.module.Agent ?? BundledAgent,
  allowH2: false,
};

/** Every client of the properties. */
export const PROPERTY_CLIENTS: readonly PropertyClient[] = [
  nodeClient('http'),
  nodeClient('https'),
  // The undici in Node 20 fails an assertion of its own where a response is cut off within a trailer (docs/discoveries/undici.md).
  fetchClient(globalFetch, { cutTrailers: !process.versions.undici?.startsWith('6.24.') }),
  ...UNDICIS.map(undiciClient),
  nodeHttp2,
  // Undici 6 fails an assertion of its own when a request is aborted over HTTP/2.
  fetchClient({ ...globalFetch, name: 'fetch-h2', allowH2: true }, { aborts: majorOfFetch > 6 }),
  ...UNDICIS.filter(({ major }) => major > 6).map(({ major, module }) =>
    fetchClient({
      name: `undici-${major}-h2`,
      // Undici has types of its own for what is the same.
      fetch: module.fetch as unknown as typeof fetch,
      Agent: module.Agent,
      allowH2: true,
    }),
  ),
];

/**
 * The client called `name`.
 *
 * @throws Error when there is none.
 */
export function propertyClient(name: string): PropertyClient {
  const found = PROPERTY_CLIENTS.find((client) => client.name === name);
  if (found === undefined) {
    throw new Error(
      `no client is called ${name}; there are ${PROPERTY_CLIENTS.map(({ name }) => name).join(', ')}`,
    );
  }
  return found;
}
