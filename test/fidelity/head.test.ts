import { once } from 'node:events';
import type http from 'node:http';
import net from 'node:net';
import { Readable } from 'node:stream';
import tls from 'node:tls';
import type { buildConnector } from 'undici';
import { describe, expect, it } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, get, open } from '../http/exchange.ts';
import { answerOf, http2Server, http2Session, undicis } from './clients.ts';

const FIELDS = { 'x-zebra': '1', 'x-ant': '2' };

/** Answers, and gives the head of the first request. */
async function headServer(
  tls: boolean,
): Promise<{ readonly origin: string; readonly head: Promise<string> }> {
  let resolve: (head: string) => void = () => {};
  const head = new Promise<string>((done) => (resolve = done));
  const { origin } = await scriptedServer(
    async (peer) => {
      resolve(await peer.head());
      peer.respond();
    },
    { tls },
  );
  return { origin, head };
}

describe('field-order', () => {
  it.each(['http', 'https'] as const)(
    "field-order: node:%s writes fields in the caller's order",
    async (scheme) => {
      const { origin, head } = await headServer(scheme === 'https');
      await get(origin, { headers: FIELDS, agent: agentFor(origin) });
      expect(await head).toMatch(/x-zebra: 1\r\nx-ant: 2\r\n/);
    },
  );

  it.each(undicis)("field-order: undici writes fields in the caller's order ($name)", async (client) => {
    const { origin, head } = await headServer(false);
    await client.send(origin, { dispatcher: client.agent(), headers: FIELDS });
    expect(await head).toMatch(/^GET \/ HTTP\/1.1\r\nhost: .*\r\n(.*\r\n)*x-zebra: 1\r\nx-ant: 2\r\n/i);
  });

  it("field-order: node:http2 sends pseudo fields first, then the others in the caller's order", async () => {
    let names: readonly string[] = [];
    const { origin } = await http2Server((stream, _headers, rawHeaders) => {
      names = rawHeaders.filter((_, index) => index % 2 === 0);
      stream.respond({ ':status': 200 });
      stream.end();
    });
    await answerOf(http2Session(origin).request(FIELDS).end());
    expect(names).toEqual([':method', ':authority', ':scheme', ':path', 'x-zebra', 'x-ant']);
  });
});

/** Notes what is written to `socket`, write by write. */
function notingWrites<S extends net.Socket>(socket: S, writes: string[]): S {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean; // of all overloads
  socket.write = (...args: unknown[]) => {
    writes.push(String(args[0]));
    return write(...args);
  };
  return socket;
}

function dial(origin: string): net.Socket {
  const { protocol, port } = new URL(origin);
  const target = { port: Number(port), host: '127.0.0.1' };
  return protocol === 'https:' ? tls.connect({ ...target, ca: certs().ca }) : net.connect(target);
}

describe('head-at-once', () => {
  const WHOLE = /^GET \/ HTTP\/1.1\r\n(.+\r\n)*x-zebra: 1\r\nx-ant: 2\r\n(.+\r\n)*\r\n$/;

  it.each(['http', 'https'] as const)(
    'head-at-once: node:%s hands the head over in one write',
    async (scheme) => {
      const { origin } = await scriptedServer(answerAll, { tls: scheme === 'https' });
      const writes: string[] = [];
      const socket = notingWrites(dial(origin), writes);
      await get(origin, { headers: FIELDS, createConnection: () => socket });
      expect(writes).toEqual([expect.stringMatching(WHOLE)]);
    },
  );

  it.each(undicis)('head-at-once: undici hands the head over in one write ($name)', async (client) => {
    const { origin } = await scriptedServer(answerAll);
    const writes: string[] = [];
    const connect: buildConnector.connector = (_options, callback) => {
      const socket = notingWrites(dial(origin), writes);
      socket.once('connect', () => callback(null, socket));
    };
    await client.send(origin, { dispatcher: client.agent({ connect }), headers: FIELDS });
    expect(writes).toEqual([expect.stringMatching(WHOLE)]);
  });

  it('head-at-once: node:http2 takes all fields of a stream in one call, in which it puts its own', async () => {
    const { origin } = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      stream.end();
    });
    const stream = http2Session(origin).request(FIELDS);
    expect(Object.keys(stream.sentHeaders)).toHaveLength(6);
    await answerOf(stream.end());
  });
});

describe('head-with-first-chunk', () => {
  /** The body of a request that is written when a whole other exchange with the server has come and gone. */
  async function delayedBody(
    secure: boolean,
    send: (origin: string, body: AsyncIterable<Uint8Array>) => Promise<unknown>,
  ): Promise<void> {
    const server = await scriptedServer(
      async (peer, index) => {
        await peer.head();
        if (index === 0) {
          await peer.bytes('5\r\nchunk\r\n0\r\n\r\n'.length);
        }
        peer.respond();
      },
      { tls: secure },
    );
    let received = -1;
    async function* body(): AsyncIterable<Uint8Array> {
      const peer = await server.peer(0);
      await get(server.origin, { agent: agentFor(server.origin) });
      received = peer.received.length;
      yield Buffer.from('chunk');
    }
    await send(server.origin, body());
    expect(received).toBe(0);
  }

  it.each(['http', 'https'] as const)(
    'head-with-first-chunk: node:%s writes the head with the first chunk of the body',
    async (scheme) => {
      await delayedBody(scheme === 'https', async (origin, body) => {
        const request = open(origin, { method: 'POST', agent: agentFor(origin) });
        Readable.from(body).pipe(request);
        const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
        response.resume();
        await once(response, 'end');
      });
    },
  );

  it.each(undicis)(
    'head-with-first-chunk: undici writes the head with the first chunk of the body ($name)',
    async (client) => {
      await delayedBody(false, async (origin, body) => {
        await client.send(origin, {
          dispatcher: client.agent(),
          method: 'POST',
          body: client.name === 'fetch' ? body : Readable.from(body),
        });
      });
    },
  );
});
