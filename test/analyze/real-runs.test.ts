import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { onTestFinished, describe, expect, it } from 'vitest';
import { Client } from 'undici';
import type { Finding, FindingKind } from '../../src/analyze/findings/finding.ts';
import { Summarizer } from '../../src/analyze/summarizer.ts';
import { Recorder } from '../../src/index.ts';
import type { ConnectionRecord } from '../../src/record/types.ts';
import { appServer } from '../helpers/app-server.ts';
import { certs } from '../helpers/certs.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';

/** A recorder whose records go to a summarizer, as those of `httptrace run` do. */
class Watch {
  readonly #summarizer = new Summarizer();
  readonly #ended: ConnectionRecord[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #recorder = new Recorder({
    onRecord: (record) => this.#summarizer.add(record),
    onConnection: (connection) => {
      this.#summarizer.add(connection);
      this.#ended.push(connection);
      for (const resume of this.#waiting.splice(0)) resume();
    },
  });

  async run(fn: () => Promise<unknown>): Promise<readonly Finding[]> {
    await this.#recorder.run(fn);
    await this.#recorder.flush({ timeout: 50 });
    return this.#summarizer.summary().findings;
  }

  /** Resolves when so many connections have ended. */
  async ended(count: number): Promise<void> {
    while (this.#ended.length < count) await new Promise<void>((resume) => this.#waiting.push(resume));
  }
}

/** Those that a machine with much else to do can bring about, where client and server share a process. */
const OF_LOAD: readonly FindingKind[] = ['event-loop-busy', 'sequential-requests', 'slow-server'];

function kindsWithoutLoad(findings: readonly Finding[]): FindingKind[] {
  return kinds(findings).filter((kind) => !OF_LOAD.includes(kind));
}

function kinds(findings: readonly Finding[]): FindingKind[] {
  return findings.map(({ kind }) => kind);
}

async function findingsOf(fn: () => Promise<unknown>): Promise<readonly Finding[]> {
  return new Watch().run(fn);
}

function get(url: string, options: https.RequestOptions = {}): Promise<http.IncomingMessage> {
  const { get } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      response.resume().once('end', () => setImmediate(resolve, response));
    }).once('error', reject);
  });
}

async function times(count: number, fn: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n++) await fn(n);
}

async function together(count: number, fn: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, fn));
}

function agent<T extends http.Agent>(made: T): T {
  onTestFinished(() => made.destroy());
  return made;
}

function hello(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.end('hello');
}

/** Answers after a moment, so that requests overlap. */
function slowly(_request: http.IncomingMessage, response: http.ServerResponse): void {
  setTimeout(() => response.end('hello'), 10);
}

describe('nothing is found when a program', () => {
  it('uses node:http with one agent', async () => {
    const { origin } = await appServer(hello);
    const shared = agent(new http.Agent({ keepAlive: true }));
    const run = (): Promise<void> => times(40, (n) => get(`${origin}/${n}`, { agent: shared }));
    expect(kindsWithoutLoad(await findingsOf(run))).toEqual([]);
  });

  it('uses node:https with one agent, in rounds', async () => {
    const { origin } = await appServer(slowly, true);
    const shared = agent(new https.Agent({ keepAlive: true, ca: certs().ca }));
    const rounds = (): Promise<void> => times(5, () => together(10, () => get(origin, { agent: shared })));
    expect(kindsWithoutLoad(await findingsOf(rounds))).toEqual([]);
  });

  it('uses fetch and reads the bodies', async () => {
    const { origin } = await appServer(hello);
    const load = async (): Promise<unknown> => (await fetch(origin)).text();
    const run = async (): Promise<void> => {
      await times(30, load);
      await times(3, () => together(8, load));
    };
    expect(kindsWithoutLoad(await findingsOf(run))).toEqual([]);
  });
});

describe('found is', () => {
  it('an agent without keep-alive', async () => {
    const { origin } = await appServer(hello, true);
    const ca = certs().ca;
    const found = await findingsOf(() =>
      times(12, () => get(origin, { ca, agent: agent(new https.Agent({ ca })) })),
    );
    expect(kinds(found)).toContain('agent-without-keep-alive');
    expect(kinds(found)).toContain('tls-not-resumed');
    expect(kinds(found)).not.toContain('server-closes');
  });

  it('an agent without keep-alive that limits its sockets, and so asks to keep connections', async () => {
    const { origin } = await appServer(hello);
    const limited = agent(new http.Agent({ maxSockets: 3 }));
    expect(kinds(await findingsOf(() => times(12, () => get(origin, { agent: limited }))))).toEqual([
      'agent-without-keep-alive',
    ]);
  });

  it.each(['http', 'fetch'])('a server that closes, by %s', async (client) => {
    const { origin } = await appServer((_request, response) => {
      response.setHeader('Connection', 'close').end('hello');
    });
    const shared = agent(new http.Agent({ keepAlive: true }));
    const load = (): Promise<unknown> =>
      client === 'http' ? get(origin, { agent: shared }) : fetch(origin).then((response) => response.text());
    expect(kinds(await findingsOf(() => times(12, load)))).toEqual(['server-closes']);
  });

  it('an agent for each request', async () => {
    const { origin } = await appServer(slowly);
    const load = (): Promise<unknown> => get(origin, { agent: agent(new http.Agent({ keepAlive: true })) });
    expect(kinds(await findingsOf(() => times(15, load)))).toContain('pool-not-shared');
  });

  it('an agent that keeps too few connections', async () => {
    const { origin } = await appServer(slowly);
    const few = agent(new http.Agent({ keepAlive: true, maxFreeSockets: 1 }));
    expect(
      kinds(await findingsOf(() => times(4, () => together(6, () => get(origin, { agent: few }))))),
    ).toContain('too-few-kept');
  });

  it('a small pool of node:http', async () => {
    const { origin } = await appServer(slowly);
    const small = agent(new http.Agent({ keepAlive: true, maxSockets: 2 }));
    const found = await findingsOf(() => together(40, () => get(origin, { agent: small })));
    expect(found.find(({ kind }) => kind === 'queued')?.evidence).toMatch(
      / of 40 requests waited .* while 2 connections were in use/,
    );
  });

  it('a Client of undici with many requests', async () => {
    const { origin } = await appServer(slowly);
    const client = new Client(origin);
    onTestFinished(() => client.destroy());
    const load = async (): Promise<unknown> =>
      (await client.request({ method: 'GET', path: '/' })).body.text();
    const found = await findingsOf(() => together(30, load));
    expect(found.find(({ kind }) => kind === 'queued')?.evidence).toContain('1 connection');
  });

  it('a server that closes idle connections before the next request', async () => {
    const { origin } = await appServer((request, response) => {
      response.once('finish', () => setTimeout(() => request.socket.destroy(), 20));
      response.end('hello');
    });
    const shared = agent(new http.Agent({ keepAlive: true }));
    const watch = new Watch();
    const found = await watch.run(() =>
      times(6, async (n) => {
        await get(origin, { agent: shared });
        await watch.ended(n + 1);
      }),
    );
    const finding = found.find(({ kind }) => kind === 'idle-timeout');
    expect(finding?.evidence).toMatch(
      /^5 connections had to be opened because the one before had been closed after/,
    );
  });

  it('a server that announces less than clients can use', async () => {
    const { origin } = await appServer((_request, response) => {
      response.setHeader('Keep-Alive', 'timeout=1').setHeader('Connection', 'keep-alive').end('hello');
    });
    const load = (): Promise<unknown> => fetch(origin).then((response) => response.text());
    expect(kinds(await findingsOf(() => times(12, load)))).toEqual(['idle-timeout']);
  });

  it('a program that does not read its responses', async () => {
    const { origin } = await appServer(hello);
    const shared = agent(new http.Agent({ keepAlive: true }));
    const leave = (): Promise<unknown> =>
      new Promise((resolve) =>
        http.get(origin, { agent: shared }, (response) => setImmediate(resolve, response)),
      );
    expect(kinds(await findingsOf(() => times(5, leave)))).toContain('body-not-consumed');
  });

  it('a certificate that has expired', async () => {
    const server = https.createServer(certs().expired, hello).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => server.close().closeAllConnections());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const load = (): Promise<unknown> => get(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    const finding = (await findingsOf(load)).find(({ kind }) => kind === 'certificate-expiry');
    expect(finding?.title).toBe("The server's certificate has expired");
  });

  it('a server that is not there', async () => {
    const load = (): Promise<unknown> => get(`http://127.0.0.1:${CLOSED_PORT}/`).catch(() => undefined);
    const found = await findingsOf(() => times(5, load));
    expect(found.map(({ kind, evidence }) => [kind, evidence])).toEqual([
      ['errors', '5 of 5 requests (100 %): 5 with ECONNREFUSED (connect).'],
    ]);
  });

  it('a server that resets connections when they are used again', async () => {
    const served = new WeakSet<object>();
    const { origin } = await appServer((request, response) => {
      if (served.has(request.socket)) request.socket.destroy();
      served.add(request.socket);
      response.end('hello');
    });
    const shared = agent(new http.Agent({ keepAlive: true }));
    const load = (): Promise<unknown> => get(origin, { agent: shared }).catch(() => undefined);
    expect(kinds(await findingsOf(() => times(8, load)))).toContain('stale-connection');
  });
});
