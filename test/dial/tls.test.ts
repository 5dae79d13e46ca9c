import https from 'node:https';
import type tls from 'node:tls';
import { describe, expect, it } from 'vitest';

import type { TLSConnectionState } from '../../src/index.ts';
import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { get, httpsAgent } from '../http/exchange.ts';
import { answering, v4 } from './addresses.ts';
import { dialLog } from './dial-log.ts';

const lookup = answering(v4('127.0.0.1'));

/** The state of the handshake of one GET of `https://localhost`. */
async function handshake(
  server: tls.TlsOptions,
  client: https.RequestOptions = {},
): Promise<TLSConnectionState> {
  const traced = recordings();
  const { port } = await scriptedServer(answerAll, { tls: server });
  await traced.run(() => get(`https://localhost:${port}/`, { agent: false, lookup, ...client }));
  const [state, err] = traced.only.the('tlsHandshakeDone').args;
  expect(err).toBeNull();
  return state;
}

describe('a TLS handshake', () => {
  it('comes between the connection and its use', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { tls: true });
    await traced.run(() => get(`https://localhost:${port}/`, { agent: false, lookup }));
    expect(dialLog(traced.only, port)).toEqual([
      'dnsStart localhost',
      'dnsDone 127.0.0.1/4 ok',
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ok',
      'tlsHandshakeStart',
      'tlsHandshakeDone ok',
      'gotConn',
    ]);
    expect(traced.only.the('gotConn').time).toBe(traced.only.the('tlsHandshakeDone').time);
  });

  it('follows the attempt that won', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { tls: true });
    const options = { agent: false, autoSelectFamily: true, lookup: answering(v4('127.0.0.2', '127.0.0.1')) };
    await traced.run(() => get(`https://localhost:${port}/`, options));
    expect(dialLog(traced.only, port).slice(2)).toEqual([
      'connectStart tcp 127.0.0.2:PORT',
      'connectDone tcp 127.0.0.2:PORT ECONNREFUSED',
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ok',
      'tlsHandshakeStart',
      'tlsHandshakeDone ok',
      'gotConn',
    ]);
  });

  it('tells what was agreed on', async () => {
    const state = await handshake({});
    expect(state).toMatchObject({
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      alpnProtocol: undefined,
      serverName: 'localhost',
      resumed: false,
      authorized: true,
      authorizationError: undefined,
    });
  });

  it('tells the version and the cipher of TLS 1.2 by its IANA name', async () => {
    const state = await handshake({ maxVersion: 'TLSv1.2' }, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
    expect(state).toMatchObject({ version: 'TLSv1.2', cipher: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' });
  });

  it('tells the protocol of ALPN when both sides have one', async () => {
    const state = await handshake(
      { ALPNProtocols: ['http/1.0', 'http/1.1'] },
      { ALPNProtocols: ['http/1.1'] } as https.RequestOptions, // tls.connect's option, passed on by https
    );
    expect(state.alpnProtocol).toBe('http/1.1');
  });

  it('tells the server name that was sent, and none for an IP address', async () => {
    expect((await handshake({}, { servername: 'www.example.test' })).serverName).toBe('www.example.test');
    const traced = recordings();
    const { origin } = await scriptedServer(answerAll, { tls: true });
    await traced.run(() => get(origin, { agent: false }));
    expect(traced.only.the('tlsHandshakeDone').args[0].serverName).toBeUndefined();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('tells that a session of %s was resumed', async (maxVersion) => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { tls: { maxVersion } });
    const agent = httpsAgent({ keepAlive: false });
    const request = (): ReturnType<typeof get> => get(`https://localhost:${port}/`, { agent, lookup });
    await traced.run(request);
    await traced.settled();
    await traced.run(request);
    await traced.settled();
    const states = traced.roundTrips.map((recorder) => recorder.the('tlsHandshakeDone').args[0]);
    expect(states.map(({ resumed }) => resumed)).toEqual([false, true]);
    expect(states.map(({ authorized }) => authorized)).toEqual([true, true]);
    expect(states.map(({ version }) => version)).toEqual([maxVersion, maxVersion]);
  });

  it('gives the chain when asked, the peer first, and the same each time', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, {
      tls: { cert: certs().good.cert + certs().ca, key: certs().good.key },
    });
    let chain: TLSConnectionState['peerCertificates'] = [];
    const agent = httpsAgent();
    await traced.run(() => get(`https://localhost:${port}/`, { agent, lookup }));
    const [state] = traced.only.the('tlsHandshakeDone').args;
    chain = state.peerCertificates;
    expect(chain.map(({ subject, issuer }) => [subject, issuer])).toEqual([
      ['CN=localhost', 'CN=httptrace test CA'],
      ['CN=httptrace test CA', 'CN=httptrace test CA'],
    ]);
    const [own] = chain;
    expect(own?.subjectAltName).toContain('DNS:localhost');
    expect(own?.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(own?.serialNumber).toMatch(/^[0-9A-F]+$/);
    expect(own!.validTo - Date.now()).toBeGreaterThan(0);
    expect(Date.now() - own!.validFrom).toBeGreaterThan(0);
    expect(state.peerCertificates).toBe(chain);
  });

  it('leaves the certificates to the program when a hook has read them', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { tls: true });
    const agent = httpsAgent();
    const { request } = await traced.run(() => get(`https://localhost:${port}/`, { agent, lookup }));
    expect(traced.only.the('tlsHandshakeDone').args[0].peerCertificates).not.toEqual([]);
    const socket = request.socket as tls.TLSSocket; // the agent's, of https
    expect(socket.getPeerCertificate().subject).toMatchObject({ CN: 'localhost' });
    expect(socket.getPeerX509Certificate()?.subject).toBe('CN=localhost');
  });

  it('gives no chain when it is first asked for after the connection is gone', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { tls: true });
    await traced.run(() => get(`https://localhost:${port}/`, { agent: false, lookup }));
    await traced.settled();
    expect(traced.only.the('tlsHandshakeDone').args[0].peerCertificates).toEqual([]);
  });

  it.each([
    ['an expired certificate', 'expired', 'CERT_HAS_EXPIRED'],
    ["somebody else's certificate", 'wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an unknown authority', 'selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)(
    'goes on in spite of %s where the program says so, and tells why',
    async (_what, name, code) => {
      const state = await handshake(certs()[name], { rejectUnauthorized: false });
      expect(state).toMatchObject({ authorized: false, authorizationError: code, version: 'TLSv1.3' });
    },
  );

  it('tells of a client certificate that the server wants like of any other', async () => {
    const state = await handshake(
      { requestCert: true, rejectUnauthorized: true, ca: certs().ca },
      { ...certs().client },
    );
    expect(state.authorized).toBe(true);
  });
});

describe('https.globalAgent', () => {
  it('is watched as any other', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { tls: true });
    await traced.run(() => get(`https://localhost:${port}/`, { agent: https.globalAgent, lookup }));
    https.globalAgent.destroy();
    await traced.settled();
    expect(traced.only.the('tlsHandshakeDone').args[0].authorized).toBe(true);
  });
});
