/** Go: net/http/transport_test.go, what is about heads, 1xx and names. */
import { once } from 'node:events';
import type http from 'node:http';
import type { LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { runWithClientTrace } from '../../src/index.ts';
import { UNDICIS, targets } from '../behaviours/drivers/table.ts';
import { answering, origin } from '../behaviours/origin.ts';
import { behaviour, scene } from '../behaviours/scene.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { get, httpAgent, open } from '../http/exchange.ts';

const WANTS_CLOSE = [
  { keepAlive: true, close: false },
  { keepAlive: true, close: true },
  { keepAlive: false, close: false },
  { keepAlive: false, close: true },
];

describe('TestTransportRespectRequestWantsClose', () => {
  /** How often `Connection` was told with `close`. */
  const counter = (): {
    readonly trace: { wroteHeaderField(key: string, value: readonly string[]): void };
    count: number;
  } => {
    const counted = {
      count: 0,
      trace: {
        wroteHeaderField(key: string, value: readonly string[]): void {
          if (key.toLowerCase() === 'connection' && value.includes('close')) counted.count++;
        },
      },
    };
    return counted;
  };

  it.each(WANTS_CLOSE)(
    'TestTransportRespectRequestWantsClose: node:http, keepAlive $keepAlive, close $close',
    async ({ keepAlive, close }) => {
      const { url } = await origin(answering);
      const counted = counter();
      await runWithClientTrace(counted.trace, () =>
        get(url, { agent: httpAgent({ keepAlive }), headers: close ? { Connection: 'close' } : {} }),
      );
      expect(counted.count).toBe(!keepAlive || close ? 1 : 0);
    },
  );

  it.each(UNDICIS.flatMap((copy) => WANTS_CLOSE.map((how) => ({ ...copy, ...how }))))(
    'TestTransportRespectRequestWantsClose: undici $major, keepAlive $keepAlive, close $close',
    async ({ module, keepAlive, close }) => {
      const { url } = await origin(answering);
      const counted = counter();
      // Undici has no keep-alive where it has no pipelining.
      const client = new module.Client(url, { pipelining: keepAlive ? 1 : 0 });
      onTestFinished(() => client.destroy());
      await runWithClientTrace(counted.trace, async () => {
        const { body } = await client.request({ path: '/', method: 'GET', reset: close });
        await body.text();
      });
      expect(counted.count).toBe(!keepAlive || close ? 1 : 0);
    },
  );
});

// Undici's retry handler takes a 1xx for the response and fails the request at the next head, traced or not: the tests of 1xx
// run without it.

behaviour(
  'TestTransportIgnore1xxResponses',
  targets(['direct'], { http: '1.1', without: ['retries'] }),
  ({ driver, mode, secure }) => {
    it('TestTransportIgnore1xxResponses: a 123 is told before the response is there', async () => {
      const traced = recordings();
      const server = await scriptedServer(
        async (peer) => {
          await peer.head();
          peer.send(
            'HTTP/1.1 123 OneTwoThree\r\nFoo: bar\r\n\r\nHTTP/1.1 200 OK\r\nBar: baz\r\nContent-Length: 5\r\n\r\nHello',
          );
          peer.close();
        },
        { tls: secure },
      );
      const send = await driver.make();
      const answer = await traced.watch(mode, () => send({ url: `${server.origin}/` }));
      expect(answer).toEqual({ status: 200, body: 'Hello' });
      const [recorder] = await traced.settled();
      const [code, header] = recorder!.the('got1xxResponse').args;
      expect([code, { ...header }]).toEqual([123, { foo: ['bar'] }]);
    });
  },
);

behaviour(
  'TestTransportDoesNotLimitDelivered1xxResponses',
  targets([], { without: ['retries'] }),
  (target) => {
    it('TestTransportDoesNotLimitDelivered1xxResponses: ten of them are told, and the response comes', async () => {
      const { traced, server, watched } = await scene(target, (served) => {
        for (let i = 0; i < 10; i++) served.inform(123, { 'x-header': 'a'.repeat(100) });
        served.respond('', { status: 204 });
      });
      expect((await watched({ url: `${server.url}/` })).status).toBe(204);
      const [recorder] = await traced.settled();
      expect(recorder!.all('got1xxResponse')).toHaveLength(10);
    });
  },
);

describe('TestTransportLimits1xxResponses', () => {
  // Node limits the size of each head, not how many there are; undici likewise. So Go's limit without a hook has no counterpart.
  it.each([true, false])(
    'TestTransportLimits1xxResponses: node:http has no limit of their number, hook %s',
    async (hook) => {
      const server = await origin((served) => {
        for (let i = 0; i < 10; i++) served.inform(123, { 'x-header': 'a'.repeat(100) });
        served.respond('', { status: 204 });
      });
      let told = 0;
      const { response } = await runWithClientTrace(hook ? { got1xxResponse: () => void told++ } : {}, () =>
        get(server.url, { agent: httpAgent(), maxHeaderSize: 1000 }),
      );
      expect([response.statusCode, told]).toEqual([204, hook ? 10 : 0]);
    },
  );
});

describe('TestTransportTreat101Terminal', () => {
  const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';

  it('TestTransportTreat101Terminal: node:http gives a 101 as the response, and no 1xx is told', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send(SWITCHING.replace('\r\n', '\r\nConnection: upgrade\r\nUpgrade: x\r\n'));
      peer.close();
    });
    const headers = { Connection: 'upgrade', Upgrade: 'x' };
    const request = traced.run(() => open(server.origin, { agent: httpAgent(), headers }).end());
    const [response, socket] = (await once(request, 'upgrade')) as [
      http.IncomingMessage,
      { destroy(): void },
    ]; // node:http
    socket.destroy();
    const [recorder] = await traced.settled();
    expect(response.statusCode).toBe(101);
    expect(recorder!.the('gotResponse').args[0].status).toBe(101);
    expect(recorder!.has('got1xxResponse')).toBe(false);
  });

  // undici 6 passes over a 101 that nobody asked for, later ones fail the request.
  it.each(UNDICIS)(
    'TestTransportTreat101Terminal: undici $major does not give a 101 as the response, and no 1xx is told',
    async ({ major, module }) => {
      const traced = recordings();
      const server = await scriptedServer(async (peer) => {
        await peer.head();
        peer.send(SWITCHING);
        peer.close();
      });
      const dispatcher = new module.Agent();
      onTestFinished(() => dispatcher.destroy());
      const sent = traced.run(() => module.request(server.origin, { dispatcher }));
      if (major === 6) await (await sent).body.dump();
      else await expect(sent).rejects.toThrow();
      const [recorder] = await traced.settled();
      expect(recorder!.has('got1xxResponse')).toBe(false);
    },
  );
});

behaviour('TestTransportIDNA', targets(['lookup'], { scheme: 'http' }), (target) => {
  it('TestTransportIDNA: names are told in punycode', async () => {
    const lookup: LookupFunction = (_host, options, callback) =>
      setImmediate(() =>
        options.all === true
          ? callback(null, [{ address: '127.0.0.1', family: 4 }])
          : callback(null, '127.0.0.1', 4),
      );
    const { traced, server, watched } = await scene(target, answering, { lookup });
    await watched({ url: `http://гофер.го:${server.port}/` });
    const [recorder] = await traced.settled();
    expect(recorder!.the('getConn').args).toEqual([`xn--c1ae0ajs.xn--c1aw:${server.port}`]);
    expect(recorder!.the('dnsStart').args).toEqual([{ host: 'xn--c1ae0ajs.xn--c1aw' }]);
  });
});
