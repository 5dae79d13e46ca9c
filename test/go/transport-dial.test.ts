/** Go: net/http/transport_dial_test.go; each asks by gotConn's `conn` which connection a request was sent on. */
import type { LookupFunction } from 'node:net';
import { expect, it } from 'vitest';

import { targets } from '../behaviours/drivers/table.ts';
import { answering, type Served } from '../behaviours/origin.ts';
import { atRest, behaviour, gate, lookupOf, scene } from '../behaviours/scene.ts';
import type { Recordings } from '../helpers/recordings.ts';

function connOf(traced: Recordings, index: number): unknown {
  return traced.roundTrips[index]!.the('gotConn').args[0].conn;
}

/** Answers a request when it is told to. */
function answeringLater(): {
  readonly handler: (served: Served) => Promise<void>;
  answer(path: string): void;
} {
  const gates = new Map<string, ReturnType<typeof gate>>();
  const at = (path: string): ReturnType<typeof gate> => {
    const found = gates.get(path) ?? gate();
    gates.set(path, found);
    return found;
  };
  return {
    async handler(served) {
      await served.text();
      await at(served.path).opened;
      served.respond();
    },
    answer: (path) => at(path).open(),
  };
}

behaviour('TestTransportPoolConnReusePriorConnection', targets(['keeps']), (target) => {
  it('TestTransportPoolConnReusePriorConnection: the second request uses the connection of the first', async () => {
    const { traced, server, watched } = await scene(target, answering);
    for (let i = 0; i < 2; i++) {
      await watched({ url: `${server.url}/` });
      await traced.settled();
      await atRest();
    }
    expect(connOf(traced, 0)).toBe(connOf(traced, 1));
  });
});

// node:http2 has one session; undici's Client has one connection.
const many = targets(['keeps'], { http: '1.1' }).filter(({ driver }) => driver.oneConnection !== true);

behaviour('TestTransportPoolConnCannotReuseConnectionInUse', many, (target) => {
  it('TestTransportPoolConnCannotReuseConnectionInUse: a request beside another one dials', async () => {
    const { handler, answer } = answeringLater();
    const { traced, server, watched } = await scene(target, handler);
    const first = watched({ url: `${server.url}/1` });
    await (await traced.at(0)).when('wroteRequest');
    const second = watched({ url: `${server.url}/2` });
    await (await traced.at(1)).when('wroteRequest');
    expect(connOf(traced, 0)).not.toBe(connOf(traced, 1));
    answer('/1');
    answer('/2');
    await Promise.all([first, second]);
    await traced.settled();
  });
});

behaviour('TestTransportPoolDisableKeepAlives', targets([], { http: '1.1' }), (target) => {
  it('TestTransportPoolDisableKeepAlives: each request has a connection of its own', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      await served.text();
      served.respond('ok', { fields: { connection: 'close' } });
    });
    for (let i = 0; i < 2; i++) await watched({ url: `${server.url}/` });
    await traced.settled();
    expect(connOf(traced, 0)).not.toBe(connOf(traced, 1));
    expect(traced.roundTrips.map((recorder) => recorder.has('putIdleConn'))).toEqual([false, false]);
  });
});

behaviour(
  'TestTransportPoolConnectionBroken',
  targets([], { http: '1.1', without: ['retries'] }),
  (target) => {
    it('TestTransportPoolConnectionBroken: a connection that broke within a response is not used again', async () => {
      const { traced, server, watched } = await scene(target, (served) => {
        if (served.path === '/2') return served.respond();
        served.begin('o', { 'content-length': '2' });
        served.socket.end();
      });
      await expect(watched({ url: `${server.url}/1` })).rejects.toThrow();
      await traced.settled();
      await watched({ url: `${server.url}/2` });
      await traced.settled();
      expect(connOf(traced, 0)).not.toBe(connOf(traced, 1));
      expect(traced.roundTrips[0]!.the('roundTripDone').args[0].err).toBeInstanceOf(Error);
    });
  },
);

behaviour(
  'TestTransportPoolConnConnectionBecomesAvailableDuringDial',
  many.filter(({ driver }) => driver.can.has('lookup')),
  (target) => {
    it('TestTransportPoolConnConnectionBecomesAvailableDuringDial: a request that dials is told the connection that it gets', async () => {
      const { handler, answer } = answeringLater();
      const second = gate();
      let lookups = 0;
      const lookup: LookupFunction = (_host, options, callback) => {
        const found = (): void =>
          options.all === true
            ? callback(null, [{ address: '127.0.0.1', family: 4 }])
            : callback(null, '127.0.0.1', 4);
        if (lookups++ === 0) setImmediate(found);
        else void second.opened.then(found);
      };
      const { traced, server, watched } = await scene(target, handler, { lookup });
      const url = `${target.scheme}://example.test:${server.port}`;
      const first = watched({ url: `${url}/1` });
      await (await traced.at(0)).when('wroteRequest');
      const later = watched({ url: `${url}/2` });
      await (await traced.at(1)).when('dnsStart');
      answer('/1');
      answer('/2');
      await first;
      await atRest();
      second.open();
      await later;
      await traced.settled();
      const { reused } = traced.roundTrips[1]!.the('gotConn').args[0];
      // In Go the one that waits takes the connection that became free. Each client here waits for the dial that it began.
      expect(reused).toBe(false);
      expect(connOf(traced, 0)).not.toBe(connOf(traced, 1));
    });
  },
);

behaviour(
  'TestTransportPoolCancelRequestReusesConn',
  targets(['signal', 'lookup'], { http: '1.1', without: ['retries'] }),
  (target) => {
    it('TestTransportPoolCancelRequestReusesConn: a request after a canceled one is told of one connection, its own', async () => {
      const { traced, server, watched } = await scene(target, answering, { lookup: lookupOf('127.0.0.1') });
      const url = `${target.scheme}://example.test:${server.port}/`;
      const abort = new AbortController();
      const canceled = watched({ url, signal: abort.signal }).catch((error: unknown) => error);
      await (await traced.at(0)).when('dnsStart');
      abort.abort();
      const served = watched({ url });
      expect(await canceled).toMatchObject({ name: 'AbortError' });
      expect(await served).toEqual({ status: 200, body: 'ok' });
      await traced.settled();
      expect(traced.roundTrips[0]!.has('wroteHeaders')).toBe(false);
      expect(traced.roundTrips[1]!.all('gotConn')).toHaveLength(1);
    });
  },
);
