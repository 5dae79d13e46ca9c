import type https from 'node:https';
import { describe, expect, it } from 'vitest';

import { certs } from '../helpers/certs.ts';
import type { EventRecorder } from '../helpers/event-recorder.ts';
import { recordings } from '../helpers/recordings.ts';
import { type Peer, scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, open } from '../http/exchange.ts';
import { answering, v4 } from './addresses.ts';
import { dialLog } from './dial-log.ts';

const lookup = answering(v4('127.0.0.1'));

/** A GET of `https://localhost:port` that has to fail, and its recorder. */
async function failing(
  port: number,
  options: https.RequestOptions = {},
): Promise<{ recorder: EventRecorder; error: NodeJS.ErrnoException }> {
  const traced = recordings();
  const request = traced.run(() =>
    open(`https://localhost:${port}/`, { agent: false, lookup, ...options }).end(),
  );
  const error = await errorOf(request);
  const [recorder] = await traced.settled();
  expect(dialLog(recorder!, port).slice(2)).toEqual([
    'connectStart tcp 127.0.0.1:PORT',
    'connectDone tcp 127.0.0.1:PORT ok',
    'tlsHandshakeStart',
    `tlsHandshakeDone ${error.code}`,
  ]);
  return { recorder: recorder!, error };
}

describe('a certificate that is refused', () => {
  it.each([
    ['because it has expired', 'expired', 'CERT_HAS_EXPIRED', 'CN=localhost'],
    ["because it is somebody else's", 'wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CN=wrong-host.example'],
    ['because nobody knows its authority', 'selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'CN=localhost'],
  ] as const)('%s fails the handshake with all that is known by then', async (_why, name, code, subject) => {
    const { port } = await scriptedServer(() => {}, { tls: certs()[name] });
    const { recorder, error } = await failing(port);
    const [state, err] = recorder.the('tlsHandshakeDone').args;
    expect(error.code).toBe(code);
    expect(err).toBe(error);
    expect(state).toMatchObject({
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      serverName: 'localhost',
      resumed: false,
      authorized: false,
      authorizationError: code,
    });
    expect(state.peerCertificates[0]?.subject).toBe(subject);
    expect(recorder.has('gotConn')).toBe(false);
  });

  it('by the program itself fails the handshake with its error', async () => {
    const { port } = await scriptedServer(() => {}, { tls: true });
    const refusal = Object.assign(new Error('not pinned'), { code: 'NOT_PINNED' });
    const { recorder, error } = await failing(port, { checkServerIdentity: () => refusal });
    const [state] = recorder.the('tlsHandshakeDone').args;
    expect(error).toBe(refusal);
    expect(state).toMatchObject({ version: 'TLSv1.3', authorized: false });
    expect(state.peerCertificates).toEqual([]);
  });

  it.each([
    ['refused', true],
    ['accepted', false],
  ])('and %s gives the program the very same error as without a trace', async (_what, rejectUnauthorized) => {
    const { port } = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.respond();
      },
      { tls: certs().wrongHost },
    );
    const url = `https://localhost:${port}/`;
    const outcome = async (request: ReturnType<typeof open>): Promise<unknown> =>
      new Promise((resolve) => {
        request.once('response', (response) => resolve(response.resume().statusCode));
        request.once('error', (error: NodeJS.ErrnoException) => resolve([error.code, error.message]));
        request.end();
      });
    const options = { agent: false, lookup, rejectUnauthorized } as const;
    const plain = await outcome(open(url, options));
    const traced = recordings();
    const watched = await outcome(traced.run(() => open(url, options)));
    await traced.settled();
    expect(watched).toEqual(plain);
  });
});

describe('a handshake that fails', () => {
  const closing: [string, (peer: Peer) => Promise<void>][] = [
    [
      'the server closes the connection',
      async (peer) => {
        await peer.bytes(1);
        peer.close();
      },
    ],
    [
      'the server resets the connection',
      async (peer) => {
        await peer.bytes(1);
        peer.reset();
      },
    ],
    [
      'the server speaks plain HTTP',
      async (peer) => {
        await peer.bytes(1);
        peer.send('HTTP/1.1 400 Bad Request\r\n\r\n');
        peer.close();
      },
    ],
  ];
  it.each(closing)('because %s ends with the error of the request', async (_why, script) => {
    const { port } = await scriptedServer(script);
    const { recorder, error } = await failing(port);
    const [state, err] = recorder.the('tlsHandshakeDone').args;
    expect(err).toBe(error);
    expect(state).toMatchObject({
      cipher: undefined,
      serverName: 'localhost',
      resumed: false,
      authorized: false,
    });
    expect(state.peerCertificates).toEqual([]);
  });

  it('because there is no common version ends with the alert', async () => {
    const { port } = await scriptedServer(() => {}, { tls: { minVersion: 'TLSv1.3' } });
    const { recorder } = await failing(port, { maxVersion: 'TLSv1.2' });
    expect(recorder.the('tlsHandshakeDone').args[0]).toMatchObject({ authorized: false });
  });
});
