import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { certFile, certs, type KeyPair } from './certs.ts';

/** What a client that trusts the test CA thinks of a server with this certificate. */
async function verdict(pair: KeyPair, servername = 'localhost'): Promise<string> {
  const server = createServer(pair).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    servername,
    ca: certs().ca,
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const error = socket.authorizationError as (Error & { code?: string }) | string | null;
  socket.destroy();
  server.close();
  await once(server, 'close');
  if (error === null) return 'authorized';
  return typeof error === 'string' ? error : (error.code ?? error.message);
}

describe('certs()', () => {
  it('has a good certificate for localhost and any name under example.test', async () => {
    expect(await verdict(certs().good)).toBe('authorized');
    expect(await verdict(certs().good, 'api.example.test')).toBe('authorized');
  });

  it('has an expired certificate', async () => {
    expect(await verdict(certs().expired)).toBe('CERT_HAS_EXPIRED');
  });

  it('has a valid certificate for another host', async () => {
    expect(await verdict(certs().wrongHost)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('has a certificate signed with its own key', async () => {
    expect(await verdict(certs().selfSigned)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('is also written as PEM files', () => {
    expect(readFileSync(certFile('ca.pem'), 'utf8')).toBe(certs().ca);
    expect(readFileSync(certFile('good.key'), 'utf8')).toBe(certs().good.key);
  });
});
