import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { onTestFinished } from 'vitest';

import { certs } from './certs.ts';

/** A running server; closed when the test has finished. */
export interface AppServer {
  readonly port: number;
  readonly origin: string;
}

/** A server of node:http, or with `tls` of node:https, for what a program usually talks to. */
export async function appServer(listener: http.RequestListener, secure = false): Promise<AppServer> {
  const server = secure ? https.createServer(certs().good, listener) : http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, origin: `${secure ? 'https' : 'http'}://127.0.0.1:${port}` };
}
