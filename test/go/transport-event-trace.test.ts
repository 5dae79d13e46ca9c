/** Go: net/http/transport_test.go, what is about the hooks of whole requests. */
import { expect, it } from 'vitest';

import { type ClientTrace, runWithClientTrace } from '../../src/index.ts';
import type { HookName } from '../../src/trace/hooks.ts';
import { targets } from '../behaviours/drivers/table.ts';
import type { Message } from '../behaviours/drivers/driver.ts';
import { answering, type Served } from '../behaviours/origin.ts';
import { NEW, atRest, behaviour, CLOSED_PORT, lookupOf, scene, use } from '../behaviours/scene.ts';
import { certs } from '../helpers/certs.ts';

const BODY = 'some body';
const NO_NAME = `${'a'.repeat(64)}.golang`;

/** A POST as Go's test sends it, with Expect where the client can. */
function post(url: string, expects: boolean): Message {
  const headers = {
    'x-foo': 'bar',
    ...(expects && { expect: '100-continue', 'content-length': String(BODY.length) }),
  };
  return { url, method: 'POST', headers, body: BODY };
}

// A name that the tests' certificate is for stands in for dns-is-faked.golang.
behaviour('TestTransportEventTrace', targets(['lookup', 'string body']), (target) => {
  const { driver, secure, scheme } = target;
  const expects = driver.can.has('expect');

  it('TestTransportEventTrace: each hook of a request is called as often as it should, with its arguments', async () => {
    const { traced, server, watched } = await scene(
      target,
      async (served: Served) => {
        if (served.method === 'GET') return answering(served);
        if (expects) served.inform(100);
        await served.text();
        await (await traced.at(0)).when('wroteRequest');
        // Else node:http's server closes a connection whose request said Expect.
        served.respond(BODY, { fields: driver.http === '1.1' ? { connection: 'keep-alive' } : {} });
      },
      { lookup: lookupOf('127.0.0.1') },
    );
    const url = `${scheme}://example.test:${server.port}/`;
    expect(await watched(post(url, expects))).toEqual({ status: 200, body: BODY });
    const [recorder] = await traced.settled();
    const addr = `127.0.0.1:${server.port}`;
    expect(recorder!.the('getConn').args).toEqual([`example.test:${server.port}`]);
    expect(recorder!.the('dnsStart').args).toEqual([{ host: 'example.test' }]);
    expect(recorder!.the('dnsDone').args).toEqual([
      { addrs: [{ address: '127.0.0.1', family: 4 }], err: null, coalesced: false },
    ]);
    expect(use(recorder)).toEqual(NEW);
    expect(recorder!.all('connectStart').map(({ args }) => args)).toEqual([['tcp', addr]]);
    expect(recorder!.all('connectDone').map(({ args }) => args)).toEqual([['tcp', addr, null]]);
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
    const once: HookName[] = ['gotFirstResponseByte', 'wroteHeaders'];
    if (expects) once.push('wait100Continue', 'got100Continue');
    if (secure) once.push('tlsHandshakeStart', 'tlsHandshakeDone');
    // No pool takes a session of HTTP/2 back.
    if (driver.http === '1.1' && driver.can.has('keeps')) once.push('putIdleConn');
    expect(once.map((name) => [name, recorder!.all(name).length])).toEqual(once.map((name) => [name, 1]));
    if (driver.http === '1.1') {
      const fields = new Map(
        recorder!.all('wroteHeaderField').map(({ args: [key, value] }) => [key.toLowerCase(), value]),
      );
      expect(fields.get('host')).toEqual([`example.test:${server.port}`]);
      expect(fields.get('content-length')).toEqual([String(BODY.length)]);
      expect(fields.get('x-foo')).toEqual(['bar']);
      expect(fields.size).toBe(recorder!.all('wroteHeaderField').length);
    }

    await atRest();
    expect((await watched({ url })).status).toBe(200);
    await traced.settled();
    expect(traced.roundTrips.flatMap((recorder) => recorder.all('getConn'))).toHaveLength(2);
  });

  it('TestTransportEventTrace_NoHooks: a trace without hooks is no harm', async () => {
    const { server, send } = await scene(
      target,
      async (served) => {
        if (expects) served.inform(100);
        await answering(served);
      },
      { lookup: lookupOf('127.0.0.1') },
    );
    const url = `${scheme}://example.test:${server.port}/`;
    const answer = await runWithClientTrace({}, () => send(post(url, expects)));
    expect(answer).toEqual({ status: 200, body: 'ok' });
  });
});

behaviour(
  'TestTransportEventTraceTLSVerify',
  targets(['direct'], { scheme: 'https', without: ['retries'] }),
  (target) => {
    it('TestTransportEventTraceTLSVerify: a certificate for another name fails the handshake, which is told once', async () => {
      const { traced, server, watched } = await scene(
        target,
        () => {
          throw new Error('a request came');
        },
        {},
        { certificate: certs().wrongHost },
      );
      await expect(watched({ url: `${server.url}/` })).rejects.toThrow();
      const [recorder] = await traced.settled();
      expect(recorder!.all('tlsHandshakeStart')).toHaveLength(1);
      expect(recorder!.the('tlsHandshakeDone').args[1]).toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
      expect(recorder!.has('gotConn')).toBe(false);
    });
  },
);

behaviour(
  'TestTransportEventTraceRealDNS',
  targets(['direct'], { scheme: 'http', without: ['retries'] }),
  (target) => {
    it('TestTransportEventTraceRealDNS: a name that is not there is looked up in vain, and nothing is connected', async () => {
      const { traced, watched } = await scene(target, answering);
      // No label is that long: the resolver knows without asking anybody.
      const url = `http://${NO_NAME}:${CLOSED_PORT}/`;
      await expect(watched({ url })).rejects.toThrow();
      const [recorder] = await traced.settled();
      expect(recorder!.the('dnsStart').args).toEqual([{ host: NO_NAME }]);
      const [{ addrs, err }] = recorder!.the('dnsDone').args;
      expect(addrs).toEqual([]);
      expect(err).toBeInstanceOf(Error);
      expect(recorder!.has('connectStart')).toBe(false);
    });
  },
);

behaviour('TestTLSHandshakeTrace', targets([], { scheme: 'https' }), (target) => {
  it('TestTLSHandshakeTrace: the handshake is told without an error', async () => {
    const { traced, server, watched } = await scene(target, answering);
    await watched({ url: `${server.url}/` });
    const [recorder] = await traced.settled();
    expect(recorder!.has('tlsHandshakeStart')).toBe(true);
    expect(recorder!.all('tlsHandshakeDone').map(({ args }) => args[1])).toEqual(
      recorder!.all('tlsHandshakeStart').map(() => null),
    );
  });
});

const http2ByTls = targets(['direct'], { http: '2', scheme: 'https' }).filter(
  // Undici 6 leaves the next request waiting for ever, traced or not.
  ({ driver }) => !driver.clientVersion.startsWith('6.'),
);

behaviour('TestDontCacheBrokenHTTP2Conn', http2ByTls, (target) => {
  // A hook has no way to the socket of its client, so it is the server that breaks what the handshake was for.
  it('TestDontCacheBrokenHTTP2Conn: what broke after the handshake is not used for another request', async () => {
    const { traced, server, send } = await scene(target, answering);
    let breaks = true;
    let dials = 0;
    const trace: ClientTrace = {
      connectStart: () => void dials++,
      tlsHandshakeDone() {
        if (breaks) for (const socket of server.connections) socket.destroy();
      },
    };
    for (let i = 1; i <= 5; i++) {
      breaks = i < 5;
      const sent = traced.watch(target.mode, () =>
        runWithClientTrace(trace, () => send({ url: `${server.url}/` })),
      );
      if (breaks) await expect(sent).rejects.toThrow();
      else expect(await sent).toEqual({ status: 200, body: 'ok' });
      await traced.settled();
      await atRest();
    }
    expect(dials).toBe(5);
    const conns = traced.roundTrips
      .flatMap((recorder) => recorder.all('gotConn'))
      .map(({ args: [{ conn }] }) => conn);
    expect(new Set(conns).size).toBe(conns.length);
    const last = traced.roundTrips.at(-1);
    expect(use(last)).toEqual(NEW);
  });
});
