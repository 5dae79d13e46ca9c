import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';

import { answerOf, http2Server, http2Session, packages, type UndiciClient, undicis } from './clients.ts';
import { published } from './published.ts';

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = http2.constants;
const HEADERS_FRAME = 1;
const PREFACE = 24;

/** Types of the frames in `bytes`, which begin with a frame or with the preface of the connection. */
function frameTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  let at = bytes.subarray(0, 3).toString() === 'PRI' ? PREFACE : 0;
  while (at + 9 <= bytes.length) {
    types.push(bytes[at + 3]!);
    at += 9 + bytes.readUIntBE(at, 3);
  }
  return types;
}

/** Refuses its first stream and answers all others. */
async function refusingServer(): Promise<string> {
  let streams = 0;
  const { origin } = await http2Server((stream) => {
    if (streams++ === 0) return stream.close(NGHTTP2_REFUSED_STREAM);
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  return origin;
}

describe('http2-head-queued', () => {
  it('http2-head-queued: node:http2 opens a stream at once, and writes its head later in the turn', async () => {
    const server = http2.createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address() as net.AddressInfo; // it listens on TCP
    const socket = net.connect(address.port, '127.0.0.1');
    await once(socket, 'connect');
    const log: string[] = [];
    // What is no socket of node:net, node:http2 writes to in JavaScript, so that it can be seen.
    const connection = new Duplex({
      read: () => void socket.resume(),
      write(chunk: Buffer, _encoding, callback) {
        if (frameTypes(chunk).includes(HEADERS_FRAME)) log.push('written');
        socket.write(chunk, callback);
      },
    });
    socket.on('data', (chunk) => connection.push(chunk));
    const session = http2Session(`http://127.0.0.1:${address.port}`, { createConnection: () => connection });
    await once(session, 'remoteSettings');
    const stream = session.request();
    log.push(stream.pending ? 'pending' : 'open');
    await answerOf(stream.end());
    expect(log).toEqual(['open', 'written']);
  });
});

describe('http2-dial-first', () => {
  it('http2-dial-first: node:http2 dials for a session, before there is any request', async () => {
    let streams = 0;
    const { origin, sessions } = await http2Server(() => streams++);
    await once(http2Session(origin), 'remoteSettings');
    expect(sessions).toHaveLength(1);
    expect(streams).toBe(0);
  });
});

describe('no-transport-retry', () => {
  it('no-transport-retry: node:http2 fails a request whose stream the server refuses', async () => {
    const stream = http2Session(await refusingServer()).request();
    await expect(answerOf(stream.end())).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    expect(stream.rstCode).toBe(NGHTTP2_REFUSED_STREAM);
  });

  it.each(undicis.filter(({ major }) => major < 8))(
    'no-transport-retry: undici before 8 fails a request whose stream the server refuses ($name)',
    async (client) => {
      const dispatcher = client.agent({ allowH2: true });
      const error = await client
        .send(await refusingServer(), { dispatcher })
        .catch((error: unknown) => error);
      expect(client.reason(error)).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    },
  );
});

// In no `describe` of its own, which would be empty on Node 20.
it.each(undicis.filter(({ major }) => major >= 8))(
  'sent-again: undici 8 sends a request again whose stream the server has refused ($name)',
  async (client) => {
    const written = published('undici:client:sendHeaders') as { readonly request: unknown }[];
    const dispatcher = client.agent({ allowH2: true });
    expect(await client.send(await refusingServer(), { dispatcher })).toEqual({ status: 200, body: 'ok' });
    expect(written).toHaveLength(2);
    expect(written[0]!.request).toBe(written[1]!.request);
  },
);

describe('cold-streams-dial', () => {
  /** How many sessions three requests at once open, of which a fourth after them opens none. */
  async function sessionsOf(client: (typeof undicis)[number]): Promise<number> {
    const { origin, sessions } = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    const dispatcher = client.agent({ allowH2: true });
    await Promise.all([1, 2, 3].map(() => client.send(origin, { dispatcher })));
    const { length } = sessions;
    await client.send(origin, { dispatcher });
    expect(sessions).toHaveLength(length);
    return length;
  }

  it.each(undicis.filter(({ name }) => name !== 'undici 8'))(
    'cold-streams-dial: three requests at once to a new origin use three connections ($name)',
    async (client) => {
      expect(await sessionsOf(client)).toBe(3);
    },
  );

  it.each(packages.filter(({ name }) => name === 'undici 8'))(
    'cold-streams-dial: three requests at once to a new origin share one connection ($name)',
    async (client) => {
      expect(await sessionsOf(client)).toBe(1);
    },
  );
});

describe('redirect-aborted', () => {
  /** What all copies of fetch have in common; @types/node knows no `dispatcher`. */
  type Fetch = (url: string, init: object) => Promise<{ text(): Promise<string> }>;

  /** Names of the errors that undici publishes of a redirect's hops. */
  async function errorsOf(client: UndiciClient, send: Fetch = fetch): Promise<string[]> {
    const errors = published('undici:request:error') as { readonly error: Error }[];
    const { origin } = await http2Server((stream, { ':path': path }) => {
      stream.respond(path === '/from' ? { ':status': 302, location: '/to' } : { ':status': 200 });
      stream.end('ok');
    });
    const dispatcher = client.agent({ allowH2: true });
    const response = await send(`${origin}/from`, { dispatcher });
    expect(await response.text()).toBe('ok');
    return errors.map(({ error }) => error.name);
  }

  it.each(packages.filter(({ name }) => name === 'undici 8'))(
    'redirect-aborted: fetch ends a hop that redirects with an AbortError of its own ($name)',
    async (client) => {
      expect(await errorsOf(client, client.undici.fetch)).toEqual(['AbortError']);
    },
  );

  it.each(packages.filter(({ name }) => name !== 'undici 8'))(
    'redirect-aborted: fetch reads a hop that redirects to its end ($name)',
    async (client) => {
      expect(await errorsOf(client, client.undici.fetch)).toEqual([]);
    },
  );

  it('redirect-aborted: fetch of Node reads a hop that redirects to its end', async () => {
    expect(await errorsOf(undicis[0]!)).toEqual([]);
  });
});

describe('reset-unnoticed', () => {
  it.each(packages.filter(({ major }) => major === 6))(
    'reset-unnoticed: undici 6 does not end a request whose stream is reset before the response ($name)',
    async (client) => {
      const ended = ['headers', 'trailers', 'error'].map((what) => published(`undici:request:${what}`));
      let ponged: () => void = () => {};
      const pong = new Promise<void>((resolve) => (ponged = resolve));
      const { origin } = await http2Server((stream) => {
        const { session } = stream;
        // The client has had the reset when it answers what comes after it.
        stream.once('close', () => session!.ping(ponged));
        stream.close(NGHTTP2_CANCEL);
      });
      const dispatcher = client.agent({ allowH2: true });
      const sent = client.send(origin, { dispatcher }).catch((error: unknown) => error);
      await pong;
      expect(ended.flat()).toEqual([]);
      await dispatcher.destroy();
      expect(await sent).toMatchObject({ code: 'UND_ERR_DESTROYED' });
    },
  );
});
