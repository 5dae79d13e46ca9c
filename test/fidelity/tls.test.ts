import { once } from 'node:events';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { get, httpsAgent } from '../http/exchange.ts';
import { undicis } from './clients.ts';

describe('tls-peer-when-resumed', () => {
  it('tls-peer-when-resumed: node:tls has no certificate of the peer when a TLS 1.3 session was resumed', async () => {
    const { port } = await scriptedServer(answerAll, { tls: { minVersion: 'TLSv1.3' } });
    const connect = async (session?: Buffer): Promise<tls.TLSSocket> => {
      const socket = tls.connect({ port, host: '127.0.0.1', ca: certs().ca, ...(session && { session }) });
      onTestFinished(() => void socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    };
    const first = await connect();
    expect(first.getPeerCertificate().subject).toEqual({ CN: 'localhost' });
    const ticket = once(first, 'session') as Promise<[Buffer]>; // node:tls's documentation
    first.write('GET / HTTP/1.1\r\n\r\n'); // tickets come with the first answer
    const [session] = await ticket;
    const second = await connect(session);
    expect(second.isSessionReused()).toBe(true);
    expect(second.authorized).toBe(true);
    expect(second.getPeerCertificate()).toEqual({});
    expect(second.getPeerX509Certificate()).toBeUndefined();
  });
});

describe('ipv6-certificate', () => {
  const isAffected = process.version.startsWith('v22.23.');

  it('ipv6-certificate: node:tls of Node 22.23 finds no match for ::1 in a certificate that is for it', async () => {
    const { port } = await scriptedServer(answerAll, { tls: true });
    const socket = tls.connect({ port, host: '127.0.0.1', ca: certs().ca, servername: '' });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerCertificate();
    expect(certificate.subjectaltname).toContain('IP Address:0:0:0:0:0:0:0:1');
    expect(tls.checkServerIdentity('127.0.0.1', certificate)).toBeUndefined();
    const error = tls.checkServerIdentity('::1', certificate);
    if (isAffected) expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', host: '::1' });
    else expect(error).toBeUndefined();
  });
});

describe('alpn-offered', () => {
  /** Protocols that a client offers by ALPN when nothing is configured. */
  async function offered(send: (origin: string) => Promise<unknown>): Promise<readonly string[]> {
    let protocols: readonly string[] = [];
    const ALPNCallback = (hello: { readonly protocols: string[] }): string => {
      ({ protocols } = hello);
      return 'http/1.1';
    };
    // The types of Node 20 know it not.
    const options: tls.TlsOptions & { ALPNCallback: typeof ALPNCallback } = { ALPNCallback };
    const { origin } = await scriptedServer(answerAll, { tls: options });
    await send(origin);
    return protocols;
  }

  it('alpn-offered: node:https offers nothing', async () => {
    expect(await offered((origin) => get(origin, { agent: httpsAgent() }))).toEqual([]);
  });

  it.each(undicis.filter(({ major }) => major < 8))(
    'alpn-offered: undici before 8 offers HTTP/1.1 alone ($name)',
    async (client) => {
      const protocols = await offered((origin) => client.send(origin, { dispatcher: client.agent() }));
      expect(protocols).toEqual(['http/1.1']);
    },
  );

  it.each(undicis.filter(({ major }) => major >= 8))(
    'alpn-offered: undici 8 offers HTTP/2 too, as Go does ($name)',
    async (client) => {
      const protocols = await offered((origin) => client.send(origin, { dispatcher: client.agent() }));
      expect(protocols).toEqual(expect.arrayContaining(['h2', 'http/1.1']));
    },
  );
});
