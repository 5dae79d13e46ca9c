import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { Server, Socket } from 'node:net';
import { makeCertificates } from '../test/helpers/certs.ts';
import { closerOf, listen, type Closable } from './closing.ts';
import { makeDeadAddress } from './dead-address.ts';
import { openFarLink } from './far-link.ts';
import { answer } from './pages.ts';

/** Milliseconds to the server that is far away and back. */
export const ROUND_TRIP = 20;

/** The servers of the demo, all on loopback. */
export interface Servers extends Closable {
  /** `http://localhost:PORT`, near. */
  readonly plain: string;
  /** `https://localhost:PORT`, {@link ROUND_TRIP} away; HTTP/2, and HTTP/1.1 for those who do not offer that. */
  readonly secure: string;
  /** `https://localhost:PORT` with a certificate that has expired. */
  readonly expired: string;
  /** A server whose name has two addresses, of which the first is dead. */
  readonly halfDead: { readonly origin: string; readonly resolve: string };
  /** The certificate (PEM) of the authority that signed those of the servers. */
  readonly ca: string;
}

/** Starts all servers. */
export async function startServers(): Promise<Servers> {
  const open: Closable[] = [];
  function started<S extends Server>(server: S): S {
    open.push(closerOf(server));
    return server;
  }
  const { ca, good, expired } = await makeCertificates();

  const context = { secureOrigin: '', secure: true };
  const secureServer = started(
    http2.createSecureServer(
      { ...good, allowHTTP1: true },
      (request, response) => void answer(request, response, context),
    ),
  );
  // As node:http and node:https do by themselves: otherwise small pieces wait for the client's acknowledgement.
  secureServer.on('secureConnection', (socket: Socket) => socket.setNoDelay(true));
  const link = await openFarLink(await listen(secureServer, 'localhost'), ROUND_TRIP);
  open.push(link);
  const secure = `https://localhost:${link.port}`;

  const plainServer = started(
    http.createServer(
      (request, response) => void answer(request, response, { secureOrigin: secure, secure: false }),
    ),
  );
  const plain = `http://localhost:${(await listen(plainServer, 'localhost')).port}`;

  const expiredServer = started(https.createServer(expired));
  const expiredAddress = await listen(expiredServer, 'localhost');

  const halfDeadServer = started(
    http.createServer(
      (request, response) => void answer(request, response, { secureOrigin: secure, secure: false }),
    ),
  );
  const { port } = await listen(halfDeadServer, '127.0.0.1');
  const dead = await makeDeadAddress(port);
  open.push(dead);
  const deadAddress = dead.address.includes(':') ? `[${dead.address}]` : dead.address;

  return {
    plain,
    secure,
    expired: `https://localhost:${expiredAddress.port}`,
    halfDead: {
      origin: `http://two.example.test:${port}`,
      resolve: `two.example.test:${port}:${deadAddress},127.0.0.1`,
    },
    ca,
    close() {
      for (const one of open) one.close();
    },
  };
}
