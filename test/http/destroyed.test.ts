import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';

import type { HookName } from '../../src/trace/hooks.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, get, httpAgent, open, responseOf } from './exchange.ts';

/** Says nothing. */
async function silent(peer: Peer): Promise<void> {
  await peer.end();
  peer.close();
}

/** How far a request has come when it is destroyed. */
interface Stage {
  readonly title: string;
  /** The last of these hooks has been called, the next ones never are. */
  readonly reached: HookName;
  readonly missing: readonly HookName[];
  readonly script?: (peer: Peer) => Promise<void>;
}

const STAGES: Stage[] = [
  {
    title: 'while it connects',
    reached: 'connectStart',
    missing: ['gotConn', 'wroteHeaders', 'wroteRequest'],
  },
  { title: 'when it has its connection', reached: 'gotConn', missing: ['gotFirstResponseByte'] },
  { title: 'while it waits', reached: 'wroteRequest', missing: ['gotFirstResponseByte'] },
  {
    title: 'within the head of the response',
    reached: 'gotFirstResponseByte',
    missing: ['gotResponse', 'gotLastResponseByte'],
    script: async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200');
    },
  },
  {
    title: 'within the body of the response',
    reached: 'gotResponse',
    missing: ['gotLastResponseByte', 'putIdleConn'],
    script: async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok');
    },
  },
];

type Way = [way: string, destroy: (request: ClientRequest, abort: AbortController) => void, error: unknown];

const REASON = new Error('changed my mind');

const WAYS: Way[] = [
  ['destroy()', (request) => void request.destroy(), { code: 'ECONNRESET' }],
  ['destroy(err)', (request) => void request.destroy(REASON), REASON],
  ['a signal', (_, abort) => abort.abort(), { name: 'AbortError', code: 'ABORT_ERR' }],
];

describe.each(['http', 'https'])('a request by %s', (scheme) => {
  const secure = scheme === 'https';

  describe.each(WAYS)('that %s ends', (way, destroy, error) => {
    it.each(STAGES)('$title', async ({ reached, missing, script = silent }) => {
      const traced = recordings();
      const server = await scriptedServer(script, { tls: secure });
      const abort = new AbortController();
      const request = traced.run(() =>
        open(server.origin, { agent: agentFor(server.origin), signal: abort.signal }),
      );
      let seen: unknown;
      request.on('error', (err) => (seen = err));
      request.on('response', (response) => response.on('error', (err) => (seen ??= err)).resume());
      request.end();
      const recorder = traced.only;
      await recorder.when(reached);
      destroy(request, abort);
      await traced.settled();
      for (const name of missing) expect(recorder.names).not.toContain(name);
      const { err } = recorder.the('roundTripDone').args[0];
      expect(err).toMatchObject(error as object);
      if (error === REASON) expect(err).toBe(REASON);
      expect(err).toBe(seen);
      expect(way).not.toBe('');
    });

    it('as soon as it was made', async () => {
      const traced = recordings();
      const server = await scriptedServer(silent, { tls: secure });
      const abort = new AbortController();
      const request = traced.run(() =>
        open(server.origin, { agent: agentFor(server.origin), signal: abort.signal }),
      );
      destroy(request, abort);
      const err = await errorOf(request);
      const [recorder] = await traced.settled();
      expect(err).toMatchObject(error as object);
      expect(recorder!.has('gotConn')).toBe(false);
      expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
    });

    it('while it waits for a connection', async () => {
      const traced = recordings();
      const server = await scriptedServer(silent, { tls: secure });
      const abort = new AbortController();
      const agent = agentFor(server.origin, { maxSockets: 1 });
      const first = open(server.origin, { agent }).end();
      first.on('error', () => {});
      const request = traced.run(() => open(server.origin, { agent, signal: abort.signal }));
      await server.peer(0);
      destroy(request, abort);
      // node:http tells a queued request of its end when it would have had a connection.
      first.destroy();
      const err = await errorOf(request);
      const [recorder] = await traced.settled();
      expect(err).toMatchObject(error as object);
      expect(recorder!.names.filter((name) => !/^(dns|connect|tls)/.test(name))).toEqual([
        'roundTripStart',
        'getConn',
        'roundTripDone',
      ]);
      expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
    });
  });

  it('that is destroyed before its head is written tells no head', async () => {
    const traced = recordings();
    const server = await scriptedServer(silent, { tls: secure });
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin), method: 'POST' }));
    await traced.only.when('gotConn');
    request.destroy();
    const err = await errorOf(request);
    await traced.settled();
    expect(traced.only.has('wroteHeaders')).toBe(false);
    expect(traced.only.the('wroteRequest').args).toEqual([{ err }]);
  });

  it('that is destroyed between its head and its body has an unfinished write', async () => {
    const traced = recordings();
    const server = await scriptedServer(silent, { tls: secure });
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin), method: 'POST' }));
    request.flushHeaders();
    await traced.only.when('wroteHeaders');
    request.destroy();
    const err = await errorOf(request);
    await traced.settled();
    expect(traced.only.the('wroteRequest').args).toEqual([{ err }]);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('that is destroyed when its response has ended was a success', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    const { request } = await traced.run(() => get(server.origin, { agent: agentFor(server.origin) }));
    request.destroy();
    const [recorder] = await traced.settled();
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that hits its timeout has the error that the caller gives it', async () => {
    const traced = recordings();
    const server = await scriptedServer(silent, { tls: secure });
    const slow = new Error('too slow');
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin), timeout: 1 }));
    request.once('timeout', () => request.destroy(slow));
    expect(await errorOf(request.end())).toBe(slow);
    const [recorder] = await traced.settled();
    expect(recorder!.the('roundTripDone').args[0].err).toBe(slow);
  });
});

/** A lookup that answers when it is told to. */
function heldLookup(): { readonly lookup: LookupFunction; answer(): void } {
  let reply = (): void => {};
  return {
    lookup: (_host, options, callback) => {
      reply = () => {
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      };
    },
    answer: () => reply(),
  };
}

describe('a request that is destroyed', () => {
  it('during its lookup has the lookup ended at once and only once', async () => {
    const traced = recordings();
    const { lookup, answer } = heldLookup();
    const request = traced.run(() => open('http://example.test/', { agent: httpAgent(), lookup }));
    await traced.only.when('dnsStart');
    await new Promise(setImmediate);
    request.destroy(REASON);
    const err = await errorOf(request);
    await traced.settled();
    expect(err).toBe(REASON);
    expect(traced.only.the('dnsDone').args[0]).toMatchObject({
      addrs: [],
      err: expect.any(Error) as unknown,
    });
    answer();
    await new Promise(setImmediate);
    expect(traced.only.names).toEqual(['roundTripStart', 'getConn', 'dnsStart', 'dnsDone', 'roundTripDone']);
  });

  it('during its TLS handshake has the handshake ended with an error', async () => {
    const traced = recordings();
    const server = await scriptedServer(silent);
    const url = `https://127.0.0.1:${server.port}/`;
    const request = traced.run(() => open(url, { agent: agentFor(url) }));
    await traced.only.when('tlsHandshakeStart');
    request.destroy(REASON);
    const err = await errorOf(request);
    await traced.settled();
    expect(err).toBe(REASON);
    expect(traced.only.the('tlsHandshakeDone').args[1]).toBe(REASON);
    expect(traced.only.has('gotConn')).toBe(false);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: REASON }]);
  });

  it('with its agent is told as any other', async () => {
    const traced = recordings();
    const server = await scriptedServer(silent);
    const agent = httpAgent();
    const request = traced.run(() => open(server.origin, { agent }).end());
    await traced.only.when('wroteRequest');
    agent.destroy();
    const err = await errorOf(request);
    await traced.settled();
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('by abort() is told as one that is destroyed', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok');
    });
    const request = traced.run(() => open(server.origin, { agent: httpAgent() }).end());
    const response = await responseOf(request);
    response.resume();
    const failed = once(response, 'error');
    request.abort();
    const [err] = (await failed) as [Error]; // of 'error'
    await traced.settled();
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });
});
