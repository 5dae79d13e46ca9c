import { once } from 'node:events';
import http2 from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';

import { UNDICIS } from '../behaviours/drivers/table.ts';
import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';

/** An HTTP/2 server that resets each stream before it answers. */
async function resettingServer(): Promise<string> {
  const server = http2.createSecureServer(certs().good);
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.close(http2.constants.NGHTTP2_CANCEL);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = server.address();
  return `https://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe.each(UNDICIS.filter(({ major }) => major > 6))('undici $major over HTTP/2', ({ module }) => {
  it('ends the round trip of a stream that was reset with the error that its user gets', async () => {
    const traced = recordings();
    const origin = await resettingServer();
    const dispatcher = new module.Agent({ allowH2: true, connect: { ca: certs().ca } });
    onTestFinished(() => dispatcher.destroy());
    const failure = await traced.run(() =>
      module.request(origin, { dispatcher }).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    const [recorder] = await traced.settled();
    expect(failure).toBeInstanceOf(Error);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(failure);
    expect(recorder!.has('gotFirstResponseByte')).toBe(false);
  });
});

// docs/fidelity.md, reset-unnoticed: the request itself is never settled.
it.each(UNDICIS.filter(({ major }) => major === 6))(
  'undici $major over HTTP/2: the round trip of a stream that was reset ends, although nothing tells its user',
  async ({ module }) => {
    const traced = recordings();
    const origin = await resettingServer();
    const dispatcher = new module.Agent({ allowH2: true, connect: { ca: certs().ca } });
    const failure = traced.run(() => module.request(origin, { dispatcher }).catch((error: unknown) => error));
    const [recorder] = await traced.settled();
    expect(recorder!.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
    await dispatcher.destroy();
    expect(await failure).toMatchObject({ code: 'UND_ERR_DESTROYED' });
  },
);
