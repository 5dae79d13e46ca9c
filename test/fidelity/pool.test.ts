import { describe, expect, it } from 'vitest';

import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, get, open } from '../http/exchange.ts';
import { own, packages, undicis } from './clients.ts';
import { published } from './published.ts';

/** A turn of the event loop: what an ended response still does has been done. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('pool-queue', () => {
  it.each(undicis)(
    'pool-queue: a request that waits in a Pool has no Request, and nothing is published ($name)',
    async (client) => {
      const created = published('undici:request:create');
      const server = await scriptedServer(() => {});
      const dispatcher = client.agent({ connections: 2 });
      const sent = [1, 2, 3].map(() => client.send(server.origin, { dispatcher }));
      const peers = [await server.peer(0), await server.peer(1)];
      await Promise.all(peers.map((peer) => peer.head()));
      expect(created).toHaveLength(2);
      for (const peer of peers) peer.respond();
      await Promise.race(peers.map((peer) => peer.head()));
      expect(created).toHaveLength(3);
      for (const peer of peers) peer.respond();
      await Promise.all(sent);
    },
  );
});

describe('head-closes', () => {
  it.each(undicis)('head-closes: undici closes the connection after HEAD ($name)', async (client) => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n');
    });
    await client.send(server.origin, { dispatcher: client.agent(), method: 'HEAD' });
    const peer = await server.peer(0);
    await peer.end();
  });
});

describe('keep-alive-hint', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1';

  it.each(undicis)(
    'keep-alive-hint: undici closes a connection that the server would keep for a second ($name)',
    async (client) => {
      const server = await scriptedServer(async (peer) => {
        await peer.head();
        peer.respond('ok', HEAD);
      });
      await client.send(server.origin, { dispatcher: client.agent() });
      const peer = await server.peer(0);
      await peer.end();
    },
  );

  it.each(['http', 'https'] as const)(
    'keep-alive-hint: an agent of node:%s closes a connection that the server would keep for a second',
    async (scheme) => {
      const server = await scriptedServer(
        async (peer) => {
          await peer.head();
          peer.respond('ok', HEAD);
        },
        { tls: scheme === 'https' },
      );
      await get(server.origin, { agent: agentFor(server.origin) });
      const peer = await server.peer(0);
      await peer.end();
    },
  );
});

describe('redirect-hop-early', () => {
  function redirecting(): ReturnType<typeof scriptedServer> {
    return scriptedServer(async (peer) => {
      for (;;) {
        const head = await peer.head();
        if (head.startsWith('GET /from ')) peer.respond('', 'HTTP/1.1 302 Found\r\nLocation: /to');
        else peer.respond();
      }
    });
  }

  it('redirect-hop-early: fetch sends the next hop while the connection of the last is in use', async () => {
    const [fetch] = undicis;
    const server = await redirecting();
    await fetch!.send(`${server.origin}/from`, { dispatcher: fetch!.agent() });
    expect(server.peers).toHaveLength(2);
    expect(server.peers[0]!.socket.destroyed).toBe(false);
  });

  it.each(packages)(
    'redirect-hop-early: the redirect interceptor sends the next hop while the connection of the last is in use ($name)',
    async (client) => {
      const server = await redirecting();
      const { redirect } = client.undici.interceptors;
      const dispatcher = own(client.agent().compose(redirect({ maxRedirections: 1 })));
      await client.send(`${server.origin}/from`, { dispatcher });
      expect(server.peers).toHaveLength(2);
      expect(server.peers[0]!.socket.destroyed).toBe(false);
    },
  );
});

describe('close-field-closes', () => {
  it.each(packages)(
    'close-field-closes: undici closes the connection of a request with Connection: close ($name)',
    async (client) => {
      const server = await scriptedServer(answerAll);
      await client.send(server.origin, { dispatcher: client.agent(), headers: { connection: 'close' } });
      await (await server.peer(0)).end();
    },
  );
});

describe('pipelined-requests', () => {
  it.each(packages)(
    'pipelined-requests: undici sends a request on a connection that still owes an answer ($name)',
    async (client) => {
      const server = await scriptedServer(async (peer) => {
        await peer.head();
        await peer.head();
        peer.respond();
        peer.respond();
      });
      const dispatcher = own(new client.undici.Client(server.origin, { pipelining: 2 }));
      await Promise.all([1, 2].map(() => client.send(server.origin, { dispatcher, blocking: false })));
      expect(server.peers).toHaveLength(1);
    },
  );
});

describe('no-transport-retry', () => {
  /** Answers the first request of a connection, and closes it when the second comes. */
  function staleServer(tls = false): ReturnType<typeof scriptedServer> {
    return scriptedServer(
      async (peer) => {
        await peer.head();
        peer.respond();
        await peer.head();
        peer.close();
      },
      { tls },
    );
  }

  it.each(['http', 'https'] as const)(
    'no-transport-retry: node:%s fails a GET whose kept connection is closed by the server',
    async (scheme) => {
      const server = await staleServer(scheme === 'https');
      const agent = agentFor(server.origin);
      await get(server.origin, { agent });
      await turn();
      const request = open(server.origin, { agent }).end();
      expect(await errorOf(request)).toMatchObject({ code: 'ECONNRESET' });
      expect(request.reusedSocket).toBe(true);
      expect(server.peers).toHaveLength(1);
    },
  );

  it.each(undicis)(
    'no-transport-retry: undici fails a GET whose kept connection is closed by the server ($name)',
    async (client) => {
      const server = await staleServer();
      const dispatcher = client.agent();
      await client.send(server.origin, { dispatcher });
      await turn();
      const error = await client.send(server.origin, { dispatcher }).catch((error: unknown) => error);
      expect(client.reason(error)).toMatchObject({ code: 'UND_ERR_SOCKET', message: 'other side closed' });
      expect(server.peers).toHaveLength(1);
    },
  );
});

describe('sent-again', () => {
  it.each(packages)(
    'sent-again: a pipelined request whose connection ended before its turn is written again ($name)',
    async (client) => {
      const server = await scriptedServer(async (peer, index) => {
        await peer.head();
        if (index === 0) {
          await peer.head();
          peer.reset();
          return;
        }
        peer.respond();
        await answerAll(peer);
      });
      const written = published('undici:client:sendHeaders') as { readonly request: unknown }[];
      const dispatcher = own(new client.undici.Client(server.origin, { pipelining: 2 }));
      const [first, second] = await Promise.allSettled(
        [1, 2].map(() => client.send(server.origin, { dispatcher, blocking: false })),
      );
      expect([first!.status, second!.status]).toEqual(['rejected', 'fulfilled']);
      expect(written).toHaveLength(3);
      expect(written[1]!.request).toBe(written[2]!.request);
    },
  );
});
