import { once } from 'node:events';
import http from 'node:http';
import type http2 from 'node:http2';
import net from 'node:net';
import { Readable } from 'node:stream';
import type { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { answering, v4, type Lookup } from '../dial/addresses.ts';
import { answerAll, scriptedServer, type ScriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, get, open } from '../http/exchange.ts';
import { http2Server, http2Session, packages, type UndiciClient, undicis } from './clients.ts';
import { nextOn, published } from './published.ts';

/** A lookup that answers all at once, as soon as it was asked `count` times. */
function meeting(count: number): Lookup & { readonly asked: string[] } {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const lookup: Lookup = (host, options, callback) => {
    asked.push(host);
    waiting.push(() => answering(v4('127.0.0.1'), 'sync')(host, options, callback));
    if (asked.length === count) for (const answer of waiting) answer();
  };
  return Object.assign(lookup, { asked });
}

describe('never-coalesced', () => {
  it.each(['http', 'https'] as const)(
    'never-coalesced: two requests of node:%s that look up one name at the same time ask twice',
    async (scheme) => {
      const { port } = await scriptedServer(answerAll, { tls: scheme === 'https' });
      const lookup = meeting(2);
      const url = `${scheme}://localhost:${port}`;
      await Promise.all([1, 2].map(() => get(url, { agent: agentFor(url), lookup })));
      expect(lookup.asked).toEqual(['localhost', 'localhost']);
    },
  );

  it.each(undicis)(
    'never-coalesced: two requests of undici that look up one name at the same time ask twice ($name)',
    async (client) => {
      const { port } = await scriptedServer(answerAll);
      const lookup = meeting(2);
      const dispatcher = client.agent({ connect: { lookup } });
      await Promise.all([1, 2].map(() => client.send(`http://localhost:${port}`, { dispatcher })));
      expect(lookup.asked).toEqual(['localhost', 'localhost']);
    },
  );

  it('never-coalesced: two sessions of node:http2 that look up one name at the same time ask twice', async () => {
    const { origin } = await http2Server(() => {});
    const lookup = meeting(2);
    // Options go on to tls.connect().
    const options: http2.SecureClientSessionOptions & { lookup: Lookup } = { lookup };
    const url = origin.replace('127.0.0.1', 'localhost');
    await Promise.all([1, 2].map(() => once(http2Session(url, options), 'connect')));
    expect(lookup.asked).toEqual(['localhost', 'localhost']);
  });
});

describe('attempts-in-turn', () => {
  it('attempts-in-turn: node:net gives an attempt up before it begins the next', async () => {
    const { port } = await scriptedServer(answerAll);
    const socket = net.connect({
      port,
      host: 'two.test',
      lookup: answering(v4('127.0.0.2', '127.0.0.1')),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 10,
    });
    onTestFinished(() => void socket.destroy());
    const log: string[] = [];
    for (const event of ['connectionAttempt', 'connectionAttemptTimeout', 'connectionAttemptFailed']) {
      socket.on(event, (address: string) => log.push(`${event} ${address}`));
    }
    // Timers come before what the network has to say: so the limit passes before the first attempt is refused.
    socket.once('connectionAttempt', () => process.nextTick(block, 20));
    await once(socket, 'connect');
    expect(log).toEqual([
      'connectionAttempt 127.0.0.2',
      'connectionAttemptTimeout 127.0.0.2',
      'connectionAttempt 127.0.0.1',
    ]);
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });

  it('attempts-in-turn: the limit is 250 ms before Node 26, and 500 ms since', () => {
    const limit = net.getDefaultAutoSelectFamilyAttemptTimeout();
    expect(limit).toBe(Number.parseInt(process.versions.node, 10) < 26 ? 250 : 500);
  });
});

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('dial-ends-with-request', () => {
  it.each(['http', 'https'] as const)(
    'dial-ends-with-request: destroying a request of node:%s destroys its dial',
    async (scheme) => {
      const request = open(`${scheme}://name.test`, {
        agent: agentFor(`${scheme}:`),
        lookup: () => {},
      }).end();
      const [socket] = (await once(request, 'socket')) as [net.Socket]; // node:http's documentation
      expect(socket.connecting).toBe(true);
      const failed = errorOf(request);
      request.destroy();
      await failed;
      expect(socket.destroyed).toBe(true);
    },
  );
});

describe('abort-waits-for-dial', () => {
  it.each(undicis)(
    'abort-waits-for-dial: undici ends an aborted request when its dial has ended ($name)',
    async (client) => {
      const errors = published('undici:request:error');
      const { port } = await scriptedServer(answerAll);
      const abort = new AbortController();
      let failed: Promise<unknown> = Promise.resolve();
      const finish = await new Promise<() => void>((asked) => {
        const lookup: Lookup = (host, options, callback) =>
          asked(() => answering(v4('127.0.0.1'), 'sync')(host, options, callback));
        const dispatcher = client.agent({ connect: { lookup } });
        const sent = client.send(`http://localhost:${port}`, { dispatcher, signal: abort.signal });
        failed = sent.catch((error: unknown) => error);
      });
      abort.abort();
      // Fetch rejects at once, the others with their dial.
      if (client.name === 'fetch') await failed;
      expect(errors).toHaveLength(0);
      const ended = nextOn('undici:request:error');
      finish();
      await ended;
      await failed;
    },
  );
});

describe('aborted-dial-started', () => {
  it.each(packages)(
    'aborted-dial-started: undici dials for a request whose signal was aborted before ($name)',
    async (client) => {
      const server = await scriptedServer(answerAll);
      const signal = AbortSignal.abort();
      const sent = client.send(server.origin, { dispatcher: client.agent(), signal });
      await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
      await server.peer(0);
    },
  );
});

describe('deferred-dial', () => {
  async function* body(): AsyncIterable<Uint8Array> {
    yield Buffer.from('body');
  }

  it.each(packages)(
    'deferred-dial: undici dials after the call when the body is a stream ($name)',
    async (client) => {
      const dials = published('undici:client:beforeConnect');
      const { origin } = await scriptedServer(async (peer) => {
        await peer.head();
        await peer.bytes('4\r\nbody\r\n0\r\n\r\n'.length);
        peer.respond();
      });
      const stream = Readable.from(body());
      const sent = client.send(origin, { dispatcher: client.agent(), method: 'POST', body: stream });
      const dialled = dials.length;
      await sent;
      expect([dialled, dials.length]).toEqual([0, 1]);
    },
  );

  it.each(packages)(
    'deferred-dial: undici dials in the call when there is no body ($name)',
    async (client) => {
      const dials = published('undici:client:beforeConnect');
      const { origin } = await scriptedServer(answerAll);
      const sent = client.send(origin, { dispatcher: client.agent() });
      expect(dials).toHaveLength(1);
      await sent;
    },
  );
});

describe('spurious-dial', () => {
  /** Aborts a request of `client` that the server has and does not answer; tells of the server and the dials. */
  async function abortInFlight(client: UndiciClient, dispatcher: Agent): Promise<ScriptedServer> {
    let arrived: () => void = () => {};
    const asked = new Promise<void>((resolve) => (arrived = resolve));
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      arrived();
    });
    const abort = new AbortController();
    const sent = client.send(server.origin, { dispatcher, signal: abort.signal });
    const failed = sent.catch((error: unknown) => error);
    await asked;
    abort.abort();
    await failed;
    await (await server.peer(0)).end();
    return server;
  }

  it.each(undicis.filter(({ name }) => name !== 'undici 8'))(
    'spurious-dial: an abort in mid-flight makes undici dial again, for nobody ($name)',
    async (client) => {
      const dials = published('undici:client:beforeConnect');
      const server = await abortInFlight(client, client.agent());
      await server.peer(1);
      expect(dials).toHaveLength(2);
    },
  );

  it.each(undicis.filter(({ name }) => name === 'undici 8'))(
    'spurious-dial: an abort in mid-flight leaves no dial behind ($name)',
    async (client) => {
      const dials = published('undici:client:beforeConnect');
      const dispatcher = client.agent();
      await abortInFlight(client, dispatcher);
      await dispatcher.close();
      expect(dials).toHaveLength(1);
    },
  );
});

describe('url-normalised', () => {
  it('url-normalised: a URL has its host in lower case, numbers as an address, and no default port', () => {
    expect(new URL('http://EXAMPLE.com:80/').host).toBe('example.com');
    expect(new URL('http://127.1:080/').host).toBe('127.0.0.1');
    expect(new URL('http://2130706433/').host).toBe('127.0.0.1');
    expect(() => new URL('http://[fe80::1%25eth0]/')).toThrow('Invalid URL');
  });
});

describe('seen-with-socket', () => {
  const announced = Number.parseInt(process.versions.node, 10) >= 22;

  it('seen-with-socket: Node 20 announces a request when its agent has given it a socket, newer ones when it is made', async () => {
    const created = published('http.client.request.created');
    const { port } = await scriptedServer(answerAll);
    const request = http.get({
      port,
      host: '127.0.0.1',
      createConnection: () => net.connect(port, '127.0.0.1'),
    });
    expect(created).toHaveLength(announced ? 1 : 0);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
    response.resume();
    await once(response, 'end');
    expect(created).toHaveLength(announced ? 1 : 0);
  });
});
