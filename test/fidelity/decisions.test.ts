import { once } from 'node:events';
import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';

import { Context, runWithClientTrace, withClientTrace, type ClientTrace } from '../../src/index.ts';
import { HOOK_NAMES } from '../../src/trace/hooks.ts';
import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, get, open } from '../http/exchange.ts';
import { hookWarnings, warned } from '../trace/warnings.ts';
import { answerOf, http2Server, http2Session, own, packages, type UndiciClient, undicis } from './clients.ts';
import { nextOn } from './published.ts';
import { tracedClients } from './scenario.ts';

const TITLE = '($column, $name)';

/** A turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('what is so by decision', () => {
  it.each(tracedClients)(
    `informational-first-error: the error of a newer trace aborts the request ${TITLE}`,
    async ({ exchange }) => {
      const refusal = new Error('no hints, please');
      const traces: ClientTrace[] = [{ got1xxResponse() {} }, { got1xxResponse: () => refusal }];
      const run = <R>(fn: () => R): R => traces.reduce(withClientTrace, Context.background).run(fn);
      const error: unknown = await exchange(run, 'early hints').catch((error: unknown) => error);
      expect([error, (error as Error).cause]).toContain(refusal);
    },
  );

  it.each(tracedClients)(
    `refusal-reaches-caller: the caller gets the very Error, from fetch as a cause ${TITLE}`,
    async ({ name, exchange }) => {
      const refusal = new Error('no hints, please');
      const run = <R>(fn: () => R): R => runWithClientTrace({ got1xxResponse: () => refusal }, fn);
      const error: unknown = await exchange(run, 'early hints').catch((error: unknown) => error);
      if (name !== 'fetch') expect(error).toBe(refusal);
      else expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: refusal });
    },
  );

  it.each(tracedClients)(
    `trace-unchanged: a trace that is used twice stays as it was and is called once an event ${TITLE}`,
    async ({ exchange }) => {
      let calls = 0;
      const older: ClientTrace = { getConn() {} };
      const trace: ClientTrace = Object.freeze({ gotConn: () => void calls++ });
      const run = <R>(fn: () => R): R => [older, trace].reduce(withClientTrace, Context.background).run(fn);
      await exchange(run, 'early hints');
      await exchange(run, 'early hints');
      expect(calls).toBe(2);
      expect(Object.keys(trace)).toEqual(['gotConn']);
    },
  );

  it.each(tracedClients)(
    `hook-throws: hooks that throw break nothing, and are reported once each ${TITLE}`,
    async ({ exchange }) => {
      const warnings = hookWarnings();
      const called = new Set<string>();
      const hooks = HOOK_NAMES.map((name) => [
        name,
        () => {
          called.add(name);
          throw new Error(`thrown by ${name}`);
        },
      ]);
      const trace = Object.fromEntries(hooks) as ClientTrace; // of functions for all its names
      const run = <R>(fn: () => R): R => runWithClientTrace(trace, fn);
      await exchange(run, 'early hints');
      await exchange(run, 'early hints');
      await warned();
      expect(called.size).toBeGreaterThan(15);
      expect(warnings).toHaveLength(called.size);
    },
  );

  it.each(tracedClients)(
    `header-map-lower-case: fields of a 1xx have names in lower case ${TITLE}`,
    async ({ exchange }) => {
      const names: string[] = [];
      const trace: ClientTrace = {
        got1xxResponse: (_code, header) => void names.push(...Object.keys(header)),
      };
      await exchange((fn) => runWithClientTrace(trace, fn), 'early hints');
      expect(names).toContain('link');
      expect(names).toEqual(names.map((name) => name.toLowerCase()));
    },
  );
});

/** Clients with one set of connections each: makes a request, and reads its response. */
const PAIRS: { name: string; make: () => Promise<() => Promise<unknown>> }[] = [
  ...(['http', 'https'] as const).map((scheme) => ({
    name: scheme,
    make: async () => {
      const { origin } = await scriptedServer(answerAll, { tls: scheme === 'https' });
      const agent = agentFor(origin);
      return () => get(origin, { agent });
    },
  })),
  ...undicis.flatMap((client) => [
    {
      name: client.name,
      make: async () => {
        const { origin } = await scriptedServer(answerAll);
        const dispatcher = client.agent();
        return () => client.send(origin, { dispatcher });
      },
    },
    {
      name: `${client.name} over HTTP/2`,
      make: async () => {
        const origin = await greeter();
        const dispatcher = client.agent({ allowH2: true });
        return () => client.send(origin, { dispatcher });
      },
    },
  ]),
  {
    name: 'http2',
    make: async () => {
      const session = http2Session(await greeter());
      return () => answerOf(session.request().end());
    },
  },
];

async function greeter(): Promise<string> {
  const { origin } = await http2Server((stream) => {
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  return origin;
}

describe('idle-time-unknown', () => {
  it.each(PAIRS)(
    'idle-time-unknown: nobody knows since when a connection is idle that nobody watched ($name)',
    async ({ make }) => {
      const send = await make();
      const traced = recordings();
      await send();
      await turn(); // the connection is in the pool
      await traced.run(send);
      await traced.settled();
      const { reused, wasIdle, idleTime } = traced.only.the('gotConn').args[0];
      expect({ reused, wasIdle, idleTime }).toEqual({ reused: true, wasIdle: true, idleTime: undefined });
    },
  );
});

/** Aborts a request in mid-flight, and waits for the connection that undici opens after it (its issue 5845). */
async function spuriousDial(
  client: UndiciClient,
): Promise<{ readonly origin: string; readonly dispatcher: Dispatcher; readonly spare: Peer }> {
  const abort = new AbortController();
  const server = await scriptedServer(async (peer, index) => {
    await peer.head();
    if (index === 0) abort.abort();
    else peer.respond();
  });
  const { origin } = server;
  // An Agent of undici 7 forgets an origin whose last connection has closed.
  const undici = packages.find(({ name }) => name === client.name)?.undici;
  const dispatcher = undici === undefined ? client.agent({ connections: 1 }) : own(new undici.Client(origin));
  const sent = client.send(origin, { dispatcher, signal: abort.signal });
  await sent.catch(() => nextOn('undici:client:connected'));
  return { origin, dispatcher, spare: await server.peer(1) };
}

describe('reused-means-used', () => {
  it.each(undicis.filter(({ name, major }) => (name === 'fetch' ? major !== 7 : major !== 8)))(
    'reused-means-used: a connection that undici has dialled for nobody is not reused ($name)',
    async (client) => {
      const traced = recordings();
      const { origin, dispatcher, spare } = await spuriousDial(client);
      await traced.run(() => client.send(origin, { dispatcher }));
      await traced.settled();
      expect(traced.only.has('connectStart')).toBe(false);
      expect(traced.only.the('gotConn').args[0].reused).toBe(false);
      expect(spare.received.toString()).toMatch(/^GET /);
    },
  );

  it.each(['http', 'https'] as const)(
    'reused-means-used: a connection of a request that was gone by then is not reused (%s)',
    async (scheme) => {
      const traced = recordings();
      const server = await scriptedServer(answerAll, { tls: scheme === 'https' });
      const agent = agentFor(server.origin);
      // Since Node 24 its connection goes to the pool; before, it is closed.
      const gone = open(server.origin, { agent });
      gone.destroy();
      await errorOf(gone);
      await turn();
      await traced.run(() => get(server.origin, { agent }));
      await traced.settled();
      expect(traced.only.the('gotConn').args[0].reused).toBe(false);
    },
  );
});

/** The session fails, and its stream. */
async function refusedSession(url: string): Promise<void> {
  const session = http2Session(url);
  const failed = once(session, 'error');
  await once(session.request(), 'response').catch(() => {});
  await failed;
}

describe('tls-state-on-failure', () => {
  const refused = tracedClients.filter(({ column }) => column !== 'http');

  it.each(refused)(
    `tls-state-on-failure: a handshake whose certificate is refused has its state ${TITLE}`,
    async ({ name, column }) => {
      const traced = recordings();
      const { origin } = await scriptedServer(() => {}, { tls: certs().selfSigned });
      const url = origin.replace('127.0.0.1', 'localhost');
      const client = undicis.find((client) => client.name === name);
      await traced
        .run(async () => {
          if (column === 'https') await finish(open(url, { agent: agentFor(url) }));
          else if (client === undefined) await refusedSession(url);
          else await client.send(url, { dispatcher: client.agent({ allowH2: column === 'undici h2' }) });
        })
        .catch(() => {});
      await traced.settled();
      const [state, error] = traced.only.the('tlsHandshakeDone').args;
      expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      expect(state).toMatchObject({ version: 'TLSv1.3', serverName: 'localhost', authorized: false });
      expect(state.peerCertificates).toHaveLength(1);
    },
  );
});

describe('first-100-alone', () => {
  it.each(PAIRS.filter(({ name }) => name.includes('2')))(
    'first-100-alone: of several 100 the first is told as such ($name)',
    async ({ name }) => {
      const traced = recordings();
      const { origin } = await http2Server((stream) => {
        stream.additionalHeaders({ ':status': 100 });
        stream.additionalHeaders({ ':status': 100 });
        stream.respond({ ':status': 200 });
        stream.end('ok');
      });
      const client = undicis.find((client) => name.startsWith(client.name));
      await traced.run(async () => {
        if (client === undefined) await answerOf(http2Session(origin).request().end());
        else await client.send(origin, { dispatcher: client.agent({ allowH2: true }) });
      });
      await traced.settled();
      expect(traced.only.all('got1xxResponse').map(({ args }) => args[0])).toEqual([100, 100]);
      expect(traced.only.all('got100Continue')).toHaveLength(1);
    },
  );
});
