/**
 * Go: golang.org/x/net/http2/transport_test.go, and internal/http3/roundtrip_test.go. No client here speaks HTTP/3, so the
 * tests of that run with those that send Expect over HTTP/1.1 and HTTP/2.
 */
import { expect, it } from 'vitest';

import { targets } from '../behaviours/drivers/table.ts';
import { answering } from '../behaviours/origin.ts';
import { NEW, atRest, behaviour, scene, use } from '../behaviours/scene.ts';

behaviour('TestTransportH2c', targets([], { http: '2', scheme: 'http' }), (target) => {
  it('TestTransportH2c: a request in clear text has one connection, a new one', async () => {
    const { traced, server, watched } = await scene(target, answering);
    await watched({ url: `${server.url}/` });
    const [recorder] = await traced.settled();
    expect(use(recorder)).toEqual(NEW);
    expect(recorder!.has('tlsHandshakeStart')).toBe(false);
  });
});

behaviour('TestTransportGetGotConnHooks', targets(['keeps'], { http: '2' }), (target) => {
  it('TestTransportGetGotConnHooks: each request asks for a connection once and gets one once', async () => {
    const { traced, server, watched } = await scene(target, answering);
    for (let i = 0; i < 2; i++) {
      await watched({ url: `${server.url}/` });
      await traced.settled();
      await atRest();
      expect(traced.roundTrips.flatMap((recorder) => recorder.all('getConn'))).toHaveLength(i + 1);
      expect(traced.roundTrips.flatMap((recorder) => recorder.all('gotConn'))).toHaveLength(i + 1);
    }
    expect(traced.roundTrips.map(use)).toEqual([
      NEW,
      { reused: true, wasIdle: true, idleTime: expect.any(Number) as number },
    ]);
  });
});

// Undici's retry handler takes a 1xx for the response and fails the request at the next head, traced or not: the tests of 1xx
// run without it.

behaviour('TestTransportUnknown1xx', targets([], { without: ['retries'] }), (target) => {
  it('TestTransportUnknown1xx: 110 to 114 are told once each, in order', async () => {
    const { traced, server, watched } = await scene(target, (served) => {
      for (let code = 110; code <= 114; code++) served.inform(code, { 'foo-bar': `${code}` });
      served.respond('', { status: 204 });
    });
    expect((await watched({ url: `${server.url}/` })).status).toBe(204);
    const [recorder] = await traced.settled();
    expect(recorder!.all('got1xxResponse').map(({ args: [code, header] }) => [code, { ...header }])).toEqual(
      [110, 111, 112, 113, 114].map((code) => [code, { 'foo-bar': [`${code}`] }]),
    );
  });
});

behaviour('TestTransport1xxLimits', targets([], { without: ['retries'] }), (target) => {
  it.each([10, 20])('TestTransport1xxLimits: %i of them are all told', async (count) => {
    const { traced, server, watched } = await scene(target, (served) => {
      for (let i = 0; i < count; i++) served.inform(103, { 'x-field': 'a'.repeat(1000) });
      served.respond('', { status: 204 });
    });
    expect((await watched({ url: `${server.url}/` })).status).toBe(204);
    const [recorder] = await traced.settled();
    expect(recorder!.all('got1xxResponse')).toHaveLength(count);
  });
});

const EXPECT = { expect: '100-continue', 'content-length': '4' };

behaviour('TestRoundTripExpect100Continue', targets(['expect']), (target) => {
  it('TestRoundTripExpect100Continue: the wait, the 100 and the 1xx are told once each', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      served.inform(100);
      await answering(served);
    });
    await watched({ url: `${server.url}/`, method: 'POST', headers: EXPECT, body: 'body' });
    const [recorder] = await traced.settled();
    for (const name of ['wait100Continue', 'got100Continue', 'got1xxResponse'] as const) {
      expect([name, recorder!.all(name).length]).toEqual([name, 1]);
    }
  });

  it('TestRoundTripExpect100ContinueRejected: only the wait is told when the answer is final', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      await served.text();
      served.respond('no', { status: 417 });
    });
    const { status } = await watched({
      url: `${server.url}/`,
      method: 'POST',
      headers: EXPECT,
      body: 'body',
    });
    expect(status).toBe(417);
    const [recorder] = await traced.settled();
    expect(recorder!.all('wait100Continue')).toHaveLength(1);
    expect(recorder!.has('got100Continue')).toBe(false);
    expect(recorder!.has('got1xxResponse')).toBe(false);
  });
});

behaviour(
  'TestRoundTripExpect100Continue',
  // From Node 24 on undici's pipeline() throws the refusal also where nobody can catch it.
  targets([], { http: '1.1', without: ['expect', 'retries'] }).filter(
    ({ driver }) => !driver.name.endsWith('pipeline'),
  ),
  (target) => {
    // docs/fidelity.md, expect-refused: undici refuses the field before it makes a request.
    it('TestRoundTripExpect100Continue: a request that the client refuses is told of in nothing', async () => {
      const { traced, server, watched } = await scene(target, answering);
      const sent = watched({ url: `${server.url}/`, method: 'POST', headers: EXPECT, body: 'body' });
      await expect(sent).rejects.toThrow();
      for (const recorder of await traced.settled()) expect(recorder.has('wait100Continue')).toBe(false);
    });
  },
);

behaviour('TestRoundTrip103EarlyHints', targets([], { without: ['retries'] }), (target) => {
  it('TestRoundTrip103EarlyHints: two of them are told with exactly their fields', async () => {
    const { traced, server, watched } = await scene(target, (served) => {
      served.inform(103, { link: '</style.css>; rel=preload; as=style' });
      served.inform(103, { link: ['</style.css>; rel=preload; as=style', '</script.js>'] });
      served.respond();
    });
    await watched({ url: `${server.url}/` });
    const [recorder] = await traced.settled();
    expect(recorder!.all('got1xxResponse').map(({ args: [code, header] }) => [code, { ...header }])).toEqual([
      [103, { link: ['</style.css>; rel=preload; as=style'] }],
      [103, { link: ['</style.css>; rel=preload; as=style', '</script.js>'] }],
    ]);
  });
});
