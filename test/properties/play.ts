import type { LookupFunction } from 'node:net';

import { CLOSED_PORT } from '../helpers/closed-port.ts';
import { Call, turn } from './call.ts';
import type { OpenClient, PropertyClient } from './clients.ts';
import { http1Server } from './http1-server.ts';
import { http2Server } from './http2-server.ts';
import { type Plan, bodyChunks, hasBody, requestsOf } from './plan.ts';
import type { PlanServer } from './server.ts';

/** After this long a run is stuck; none waits for it to pass. */
const PATIENCE = 3000;

/** What came of a run, seen from both ends. */
export interface Run {
  readonly calls: readonly Call[];
  /** How many connections the server was asked for. */
  readonly accepted: number;
  readonly port: number;
}

/** How requests of a run are made: traced, or just so. */
export type Around = (call: Call, make: () => Promise<void>) => Promise<void>;

/** The servers of a test file; its runs follow one another. */
export class Stage {
  readonly #servers = new Map<string, Promise<PlanServer>>();

  /** Plays `plan` with `client`; `end` is awaited before the connections that are left are ended. */
  async play(client: PropertyClient, plan: Plan, around: Around, end: () => Promise<void>): Promise<Run> {
    const secure = client.secure ?? plan.secure;
    const server = await this.#server(client.abilities.http, secure);
    const calls = requestsOf(plan).map((request, index) => new Call(index, request));
    server.begin(calls);
    const host = plan.host === 'address' ? '127.0.0.1' : 'example.test';
    const urlOf = (port: number): string => `${secure ? 'https' : 'http'}://${host}:${port}`;
    const open = client.open(plan, { origin: urlOf(server.port), lookup: lookupOf(plan) });
    let next = 0;
    try {
      for (const wave of plan.waves) {
        const now = calls.slice(next, (next += wave.length));
        await patiently(
          `requests ${now.map(({ index }) => index).join(', ')}`,
          () => now.map((call) => `${call.index}: ${state(call)}`).join('; '),
          Promise.all(
            now.map((call) =>
              around(call, () => send(open, call, urlOf(call.request.refused ? CLOSED_PORT : server.port))),
            ),
          ),
        );
        await patiently('the connections that the server ended', () => '', server.rest());
        for (let i = 0; i < 3; i++) await turn();
      }
      await end();
    } finally {
      await patiently('the client to close', () => '', open.close());
    }
    // A connection that its client has just made, and ended, is one too when the server has not heard of it yet.
    for (let i = 0; i < 3; i++) await turn();
    const accepted = server.accepted();
    await patiently('the connections', () => '', server.gone());
    return { calls, accepted, port: server.port };
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) (await server).close();
  }

  #server(version: '1.1' | '2', secure: boolean): Promise<PlanServer> {
    const key = `${version} ${secure}`;
    const server = this.#servers.get(key) ?? (version === '2' ? http2Server(secure) : http1Server(secure));
    this.#servers.set(key, server);
    return server;
  }
}

async function send(open: OpenClient, call: Call, origin: string): Promise<void> {
  const { request, abort } = call;
  if (request.abort === 'before') abort.abort();
  const sent = open.send({
    url: `${origin}/${call.index}`,
    method: request.method,
    body: bodyOf(call),
    signal: request.abort === 'never' ? undefined : abort.signal,
    onHead: () => call.answered.tell(),
  });
  if (request.abort === 'at once') abort.abort();
  if (request.abort === 'next turn') setImmediate(() => abort.abort());
  try {
    call.result = { ok: true, ...(await sent) };
  } catch (error) {
    call.result = { ok: false, error: describe(error) };
  }
  call.settled.tell();
}

function bodyOf(call: Call): string | AsyncIterable<Buffer> | undefined {
  const { request } = call;
  if (!hasBody(request)) return undefined;
  const chunks = bodyChunks(request);
  if (request.body.kind === 'text') return chunks.join('');
  const held = request.body.kind === 'chunks' && request.body.held && request.answer.early;
  async function* body(): AsyncGenerator<Buffer> {
    for (const [i, chunk] of chunks.entries()) {
      if (held && i === 1) await Promise.race([call.answered.come, call.settled.come]);
      yield Buffer.from(chunk);
      await turn();
    }
  }
  return body();
}

/** An error by what tells it from others. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  const cause = error.cause === undefined ? '' : ` because of ${describe(error.cause)}`;
  return `${error.name}${code}: ${error.message}${cause}`;
}

function state({ served, answered, result }: Call): string {
  if (result !== undefined) return JSON.stringify(result).slice(0, 200);
  return answered.hasCome
    ? 'has its head'
    : served === undefined
      ? 'has not come to the server'
      : 'waits for its answer';
}

/** Answers `example.test` as the plan says. */
function lookupOf({ host }: Plan): LookupFunction {
  const addresses = host === 'dead address first' ? ['127.0.0.2', '127.0.0.1'] : ['127.0.0.1'];
  return (name, options, callback) => {
    setImmediate(() => {
      if (host === 'unknown name') {
        callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '');
      } else if (options.all === true) {
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      } else {
        callback(null, addresses[0] ?? '', 4);
      }
    });
  };
}

/** Resolves with `awaited`, or throws when that takes too long. */
export async function patiently<T>(what: string, state: () => string, awaited: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const impatient = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE} ms for ${what}: ${state()}`)), PATIENCE);
  });
  try {
    return await Promise.race([awaited, impatient]);
  } finally {
    clearTimeout(timer);
  }
}
