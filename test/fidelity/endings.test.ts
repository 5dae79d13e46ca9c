import { spawnSync } from 'node:child_process';
import type net from 'node:net';
import { describe, expect, it } from 'vitest';

import { CLOSED_PORT } from '../helpers/closed-port.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, open, responseOf } from '../http/exchange.ts';
import { answerOf, http2Server, http2Session, packages, undicis } from './clients.ts';

const SCHEMES = ['http', 'https'] as const;

describe('closed-before-end', () => {
  it.each(SCHEMES)(
    'closed-before-end: destroying a response of node:%s in its last chunk closes the connection',
    async (scheme) => {
      const server = await scriptedServer(
        async (peer) => {
          await peer.head();
          peer.respond('hello');
        },
        { tls: scheme === 'https' },
      );
      const request = open(server.origin, { agent: agentFor(server.origin) }).end();
      const response = await responseOf(request);
      const chunks: string[] = [];
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk.toString());
        response.destroy();
      });
      await (await server.peer(0)).end();
      expect(chunks).toEqual(['hello']);
    },
  );
});

describe('zone-in-host-field', () => {
  it.each(SCHEMES)('zone-in-host-field: node:%s puts the zone of an address into Host', (scheme) => {
    const request = open(`${scheme}://[::1]`, {
      hostname: '::1%lo',
      port: 8080,
      agent: agentFor(`${scheme}:`),
    });
    request.on('error', () => {}).destroy();
    expect(request.getHeader('host')).toBe('[::1%lo]:8080');
  });
});

describe('hooks-after-fetch', () => {
  it.each([{ name: 'fetch', file: undefined }, ...packages])(
    'hooks-after-fetch: an abort within the call of fetch() ends the process ($name)',
    ({ file }) => {
      const script = `
        const abort = new AbortController();
        require('node:diagnostics_channel').subscribe('undici:request:create', () => abort.abort());
        const { fetch } = ${file === undefined ? 'globalThis' : `require(${JSON.stringify(file)})`};
        fetch('http://127.0.0.1:${CLOSED_PORT}/', { signal: abort.signal }).catch(() => {});
      `;
      const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
      expect(stderr).toContain('AssertionError');
      expect(status).not.toBe(0);
    },
  );
});

describe('aborted-dial-started', () => {
  it.each(SCHEMES)(
    'aborted-dial-started: node:%s begins to dial for a request whose signal was aborted before',
    async (scheme) => {
      const { origin } = await scriptedServer(() => {}, { tls: scheme === 'https' });
      const agent = agentFor(origin);
      const sockets: net.Socket[] = [];
      const createConnection: unknown = Reflect.get(agent, 'createConnection');
      Reflect.set(agent, 'createConnection', (...args: unknown[]) => {
        // What node's own agents return.
        const socket = Reflect.apply(createConnection as Function, agent, args) as net.Socket;
        sockets.push(socket);
        return socket;
      });
      const request = open(origin, { agent, signal: AbortSignal.abort() }).end();
      expect(await errorOf(request)).toMatchObject({ name: 'AbortError' });
      expect(sockets).toHaveLength(1);
    },
  );
});

describe('canceled-write-error', () => {
  const BODY = Buffer.alloc(24 * 1024 * 1024);
  const REASON = new Error('not needed any more');

  /** Resolves when the server has the head of a request, whose body it does not read. */
  async function deafServer(tls: boolean): Promise<{ origin: string; asked: Promise<void> }> {
    let resolve: () => void = () => {};
    const asked = new Promise<void>((done) => (resolve = done));
    const { origin } = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.socket.pause();
        resolve();
      },
      { tls },
    );
    return { origin, asked };
  }

  it.each(SCHEMES)(
    'canceled-write-error: what was not written is not written for the reason of the cancelling (%s)',
    async (scheme) => {
      const traced = recordings();
      const { origin, asked } = await deafServer(scheme === 'https');
      const request = traced.run(() => open(origin, { method: 'POST', agent: agentFor(origin) }));
      const failed = finish(request, BODY).catch((error: unknown) => error);
      await asked;
      request.destroy(REASON);
      await failed;
      await traced.settled();
      expect(traced.only.the('wroteRequest').args[0].err).toBe(REASON);
    },
  );

  it.each(undicis)(
    'canceled-write-error: what was not written is not written for the reason of the cancelling ($name)',
    async (client) => {
      const traced = recordings();
      const { origin, asked } = await deafServer(false);
      const abort = new AbortController();
      const options = {
        dispatcher: client.agent(),
        method: 'POST',
        body: BODY,
        signal: abort.signal,
      } as const;
      const sent = traced.run(() => client.send(origin, options));
      const failed = sent.catch((error: unknown) => error);
      await asked;
      abort.abort(REASON);
      await failed;
      await traced.settled();
      expect(traced.only.the('wroteRequest').args[0].err).toBe(REASON);
    },
  );
});

describe('error-is-the-clients', () => {
  /** Begins to answer, and ends the connection. */
  function breakingServer(tls: boolean): ReturnType<typeof scriptedServer> {
    return scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send('HTTP/1.1 200 OK\r\nX-');
        peer.close();
      },
      { tls },
    );
  }

  it.each(SCHEMES)('error-is-the-clients: a head that is cut off is a reset to node:%s', async (scheme) => {
    const { origin } = await breakingServer(scheme === 'https');
    const request = open(origin, { agent: agentFor(origin) }).end();
    expect(await errorOf(request)).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
  });

  it.each(undicis)(
    'error-is-the-clients: a head that is cut off is a closed socket to undici ($name)',
    async (client) => {
      const { origin } = await breakingServer(false);
      const error = await client
        .send(origin, { dispatcher: client.agent() })
        .catch((error: unknown) => error);
      expect(client.reason(error)).toMatchObject({ code: 'UND_ERR_SOCKET' });
    },
  );

  it('error-is-the-clients: a refused stream is an error of node:http2', async () => {
    const { origin } = await http2Server((stream) => stream.close(7));
    await expect(answerOf(http2Session(origin).request().end())).rejects.toMatchObject({
      code: 'ERR_HTTP2_STREAM_ERROR',
    });
  });
});
