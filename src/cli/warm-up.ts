import * as http from 'node:http';
import type { Http2Server } from 'node:http2';
import { Recorder } from '../index.ts';
import type { ClientName } from './clients.ts';
import type { RequestSpec, Sender, SenderOptions } from './send.ts';
import { makeSender } from './senders.ts';

/** What the first request of a client will need. */
export interface WarmUp {
  readonly client: ClientName;
  /** TLS will be needed too. */
  readonly secure: boolean;
  /** The server may speak HTTP/2. */
  readonly http2: boolean;
}

const PLAIN: SenderOptions = {
  keepAlive: false,
  resolve: [],
  family: undefined,
  unixSocket: undefined,
  connectTimeout: 1,
  insecure: false,
  secureContext: undefined,
  proxyInsecure: false,
  proxyContext: undefined,
  httpVersion: undefined,
  proxyFor: () => undefined,
};

/**
 * Sends requests from this process to itself and throws their records away. A fresh process loads and compiles much at
 * its first request: milliseconds that would be shown as time in the queue, although neither network nor server has a
 * part in them.
 */
export async function warmUp({ client, secure, http2 }: WarmUp): Promise<void> {
  if (client !== 'http2') await warmUpHttp1(client, secure);
  // fetch cannot be made to speak it without TLS, but uses node:http2 too.
  if (http2) await warmUpHttp2(client === 'undici' ? 'undici' : 'http2');
}

async function warmUpHttp1(client: ClientName, secure: boolean): Promise<void> {
  const server = http.createServer((_request, response) => response.end());
  await withServer(server, async (port) => {
    const sender = await makeSender(client, { ...PLAIN, httpVersion: '1.1' });
    await send(sender, new URL(`http://localhost:${port}`));
    // Fails, because the server knows no TLS; until then it takes the way of a request that does not.
    if (secure) await send(sender, new URL(`https://localhost:${port}`));
  });
}

async function warmUpHttp2(client: ClientName): Promise<void> {
  const { createServer } = await import('node:http2');
  const server = createServer((_request, response) => response.end());
  await withServer(server, async (port) => {
    await send(await makeSender(client, { ...PLAIN, httpVersion: '2' }), new URL(`http://localhost:${port}`));
  });
}

type Server = http.Server | Http2Server;

async function withServer(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  try {
    await use(await listen(server));
  } catch {
    // Not allowed to listen, or no name for this machine: then the first request is a little slower.
  } finally {
    server.close();
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });
}

async function send(sender: Sender, url: URL): Promise<void> {
  const recorder = new Recorder({ limit: 0 });
  const request: RequestSpec = { method: 'GET', url, header: [], omit: new Set() };
  const { signal } = new AbortController();
  try {
    await recorder.run(() => sender.send(request, { signal, onResponse: () => [] }));
  } catch {
    // As expected of TLS.
  } finally {
    sender.close();
  }
}
