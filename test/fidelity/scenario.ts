import { once } from 'node:events';
import type http2 from 'node:http2';

import { answering, v4 } from '../dial/addresses.ts';
import { certs } from '../helpers/certs.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, open, read, responseOf } from '../http/exchange.ts';
import { answerOf, http2Server, http2Session, type UndiciClient, undicis } from './clients.ts';
import type { Column } from './page.ts';

/** What is asked of a client, so that Go would call each hook at least once over the two of them. */
export type Exchange =
  /** POST to a name by a new connection; the server sends 103 and 200, and keeps the connection. */
  | 'early hints'
  /** POST with `Expect: 100-continue`, as far as the client can; the server sends 100 and 200. */
  | 'continue';

/** Calls what it is given, in some context. */
export type Run = <R>(fn: () => R) => R;

/** A client as it is traced here: one of those that share a column. */
export interface TracedClient {
  readonly column: Column;
  readonly name: string;
  /** Makes the exchange, all of it by `run`; resolves when it has ended. Gives the server's port. */
  readonly exchange: (run: Run, what: Exchange) => Promise<number>;
}

export const EARLY_HINTS = { link: ['</style.css>; rel=preload'] };

const lookup = answering(v4('127.0.0.1'));
const BODY = 'body';

/** A server of HTTP/1.1 that plays `what` once. */
async function http1Server(what: Exchange, tls: boolean): Promise<{ url: string; port: number }> {
  const server = await scriptedServer(
    async (peer) => {
      const head = await peer.head();
      if (what === 'continue') peer.send('HTTP/1.1 100 Continue\r\n\r\n');
      const isChunked = /transfer-encoding: chunked/i.test(head);
      await peer.bytes(isChunked ? `4\r\n${BODY}\r\n0\r\n\r\n`.length : BODY.length);
      if (what === 'early hints')
        peer.send(`HTTP/1.1 103 Early Hints\r\nLink: ${EARLY_HINTS.link[0]}\r\n\r\n`);
      peer.respond();
    },
    { tls },
  );
  return { url: server.origin.replace('127.0.0.1', 'localhost'), port: server.port };
}

/** A server of HTTP/2 that plays `what` with each stream. */
async function streamServer(what: Exchange): Promise<{ url: string; port: number }> {
  const { origin } = await http2Server(async (stream) => {
    if (what === 'continue') stream.additionalHeaders({ ':status': 100 });
    await stream.resume().toArray();
    if (what === 'early hints') stream.additionalHeaders({ ':status': 103, ...EARLY_HINTS });
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  return { url: origin.replace('127.0.0.1', 'localhost'), port: Number(new URL(origin).port) };
}

function nodeClient(scheme: 'http' | 'https'): TracedClient {
  return {
    column: scheme,
    name: scheme,
    async exchange(run, what) {
      const { url, port } = await http1Server(what, scheme === 'https');
      const expectation = what === 'continue' ? { Expect: '100-continue' } : {};
      await run(async () => {
        const request = open(url, {
          method: 'POST',
          agent: agentFor(url),
          lookup,
          headers: { 'Content-Length': BODY.length, ...expectation },
        });
        const answered = responseOf(request);
        if (what === 'continue') {
          request.flushHeaders();
          await once(request, 'continue');
        }
        request.end(BODY);
        await read(await answered);
      });
      return port;
    },
  };
}

const http2Client: TracedClient = {
  column: 'http2',
  name: 'http2',
  async exchange(run, what) {
    const { url, port } = await streamServer(what);
    await run(async () => {
      // Options go on to tls.connect().
      const options: http2.SecureClientSessionOptions & { lookup: typeof lookup } = { lookup };
      const stream = http2Session(url, options).request({
        ':method': 'POST',
        ...(what === 'continue' && { expect: '100-continue' }),
      });
      const answered = answerOf(stream);
      if (what === 'continue') await once(stream, 'continue');
      stream.end(BODY);
      await answered;
    });
    return port;
  },
};

/** Over TLS, so that there is a handshake. */
function overHttp1(client: UndiciClient): TracedClient {
  return {
    column: client.name,
    name: client.name,
    async exchange(run, what) {
      const { url, port } = await http1Server(what, true);
      await send(client, run, what, url, { allowH2: false });
      return port;
    },
  };
}

function overHttp2(client: UndiciClient): TracedClient {
  return {
    column: 'undici h2',
    name: client.name,
    async exchange(run, what) {
      const { url, port } = await streamServer(what);
      await send(client, run, what, url, { allowH2: true });
      return port;
    },
  };
}

async function send(
  client: UndiciClient,
  run: Run,
  what: Exchange,
  url: string,
  { allowH2 }: { readonly allowH2: boolean },
): Promise<void> {
  const dispatcher = client.agent({ allowH2, connect: { lookup, ca: certs().ca } });
  const sent = run(() =>
    client.send(url, {
      dispatcher,
      method: 'POST',
      body: BODY,
      ...(what === 'continue' && { expectContinue: true }),
    }),
  );
  // What a 100 does to undici over HTTP/1.1.
  if (what === 'continue' && !allowH2) await sent.catch(() => {});
  else await sent;
}

/** Every client that this Node runs, by the columns of the page. */
export const tracedClients: readonly TracedClient[] = [
  nodeClient('http'),
  nodeClient('https'),
  http2Client,
  ...undicis.flatMap((client) => [overHttp1(client), overHttp2(client)]),
];
