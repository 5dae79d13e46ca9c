/** Go: net/http/transport_test.go, what is about the pool. */
import type { LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { runWithClientTrace } from '../../src/index.ts';
import { targets } from '../behaviours/drivers/table.ts';
import { answering, origin } from '../behaviours/origin.ts';
import { atRest, behaviour, gate, scene, use } from '../behaviours/scene.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { httpAgent, open, read, responseOf } from '../http/exchange.ts';

behaviour(
  'TestTransportMaxConnsPerHostIncludeDialInProgress',
  targets(['queues', 'lookup']),
  ({ driver, mode, secure, scheme }) => {
    it('TestTransportMaxConnsPerHostIncludeDialInProgress: the second does not dial while the first does', async () => {
      const traced = recordings();
      const server = await origin(
        async (served) => {
          await served.text();
          served.respond('foo', { fields: { connection: 'close' } });
        },
        { secure },
      );
      const held = gate();
      let lookups = 0;
      const lookup: LookupFunction = (_host, options, callback) => {
        lookups++;
        void held.opened.then(() =>
          options.all === true
            ? callback(null, [{ address: '127.0.0.1', family: 4 }])
            : callback(null, '127.0.0.1', 4),
        );
      };
      const send = await driver.make({ lookup, connections: 1 });
      const url = `${scheme}://example.test:${server.port}/`;
      const sent = traced.watch(mode, () => Promise.all([send({ url }), send({ url })]));
      await (await traced.at(0)).when('dnsStart');
      await atRest();
      expect(lookups).toBe(1);
      // docs/fidelity.md, pool-queue: a Pool tells of those in its queue when it hands them on.
      if (driver.queuesUnseen !== true) {
        const second = await traced.at(1);
        expect(second.has('getConn')).toBe(true);
        expect(second.has('dnsStart')).toBe(false);
      }
      held.open();
      await sent;
      const recorders = await traced.settled();
      expect(lookups).toBe(2);
      expect(recorders.map((recorder) => recorder.all('connectStart').length)).toEqual([1, 1]);
    });
  },
);

behaviour('TestTransportMaxConnsPerHost', targets(['queues', 'direct', 'keeps']), (target) => {
  it('TestTransportMaxConnsPerHost: ten requests at once have one connection, and one more after it was closed', async () => {
    const { traced, server, watched } = await scene(target, answering, { connections: 1 });
    const count = (): number[] => [
      traced.roundTrips.filter((recorder) =>
        recorder.all('gotConn').some(({ args: [{ reused }] }) => !reused),
      ).length,
      traced.roundTrips.flatMap((recorder) => recorder.all('tlsHandshakeStart')).length,
      server.connections.length,
    ];
    const url = `${server.url}/`;
    await Promise.all(Array.from({ length: 10 }, () => watched({ url })));
    await traced.settled();
    expect(count()).toEqual([1, target.secure ? 1 : 0, 1]);

    const { conn } = traced.roundTrips[0]!.the('gotConn').args[0];
    for (const socket of server.connections) socket.destroy();
    if (!conn.destroyed) await new Promise((resolve) => conn.once('close', resolve));
    await atRest();
    await watched({ url });
    await traced.settled();
    expect(count()).toEqual([2, target.secure ? 2 : 0, 2]);
  });
});

behaviour('TestTransportTraceGotConnH2IdleConns', targets(['keeps'], { http: '2' }), (target) => {
  // In Go the pool must leave the hook to HTTP/2; here the probe of the dial must leave it to that of the stream.
  it('TestTransportTraceGotConnH2IdleConns: an idle session is told once', async () => {
    const { traced, server, watched } = await scene(target, answering);
    for (let i = 0; i < 2; i++) {
      await watched({ url: `${server.url}/` });
      await traced.settled();
      await atRest();
    }
    expect(traced.roundTrips.map((recorder) => recorder.all('gotConn').length)).toEqual([1, 1]);
    expect(use(traced.roundTrips[1])).toMatchObject({ reused: true, wasIdle: true });
    expect(server.connections).toHaveLength(1);
  });
});

const GZIPPED = gzipSync('x'.repeat(1000));
const FRAMED: readonly (readonly [string, string])[] = [
  [
    'Chunked',
    `Transfer-Encoding: chunked\r\n\r\n${GZIPPED.length.toString(16)}\r\n${GZIPPED.toString('latin1')}\r\n0\r\n\r\n`,
  ],
  ['ContentLength', `Content-Length: ${GZIPPED.length}\r\n\r\n${GZIPPED.toString('latin1')}`],
];

behaviour(
  'TestTransportReuseConnection_Gzip',
  targets(['keeps', 'direct'], { http: '1.1' }),
  ({ driver, mode, secure }) => {
    it.each(FRAMED)(
      'TestTransportReuseConnection_Gzip_%s: the connection is used again',
      async (_framing, rest) => {
        const traced = recordings();
        const server = await scriptedServer(
          async (peer) => {
            for (;;) {
              await peer.head();
              peer.send(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n${rest}`);
            }
          },
          { tls: secure },
        );
        const send = await driver.make();
        for (let i = 0; i < 2; i++) {
          await traced.watch(mode, () => send({ url: `${server.origin}/` }));
          await traced.settled();
          await atRest();
        }
        const conns = traced.roundTrips.map((recorder) => recorder.the('gotConn').args[0].conn);
        expect(conns[0]).toBe(conns[1]);
        expect(traced.roundTrips[0]!.the('putIdleConn').args).toEqual([null]);
      },
    );
  },
);

behaviour('TestTransportIdleConnTimeout', targets(['keeps']), (target) => {
  it('TestTransportIdleConnTimeout: each of three connections was kept without an error, if a pool was asked', async () => {
    const { traced, server, watched } = await scene(target, answering);
    for (let i = 0; i < 3; i++) {
      await watched({ url: `${server.url}/` });
      await traced.settled();
      await atRest();
    }
    for (const recorder of traced.roundTrips) {
      for (const { args } of recorder.all('putIdleConn')) expect(args).toEqual([null]);
    }
    expect(server.connections).toHaveLength(1);
  });
});

behaviour(
  'TestCancelRequestWhenSharingConnection',
  targets(['signal', 'keeps'], { http: '1.1', without: ['retries'] }),
  (target) => {
    // A hook in Node runs to its end before anything else does, so it cannot block; it makes the second request instead.
    it('TestCancelRequestWhenSharingConnection: the next user of a connection can be canceled without harm to the first', async () => {
      const { traced, server, send } = await scene(target, (served) => {
        if (served.path === '/1') served.respond();
        else abort.abort();
      });
      const abort = new AbortController();
      const second = gate();
      let canceled: Promise<unknown> = Promise.resolve();
      let kept = 0;
      const putIdleConn = (): void => {
        kept++;
        canceled = send({ url: `${server.url}/2`, signal: abort.signal }).catch((error: unknown) => error);
        second.open();
      };
      const first = traced.watch(target.mode, () =>
        runWithClientTrace({ putIdleConn }, () => send({ url: `${server.url}/1` })),
      );
      expect(await first).toEqual({ status: 200, body: 'ok' });
      await second.opened;
      expect(await canceled).toMatchObject({ name: 'AbortError' });
      expect(kept).toBe(1);
      expect((await traced.at(0)).the('roundTripDone').args).toEqual([{ err: null }]);
    });
  },
);

describe('TestTransportMaxIdleConns', () => {
  // Go evicts the oldest idle connection of any host. Node's limit is for each host and refuses the newest; undici has none.
  it('TestTransportMaxIdleConns: node:http tells of a connection that is over its limit of free ones', async () => {
    const traced = recordings();
    const both = gate();
    let came = 0;
    const server = await origin(async (served) => {
      if (++came === 2) both.open();
      await both.opened;
      served.respond();
    });
    const agent = httpAgent({ maxFreeSockets: 1 });
    const one = async (): Promise<void> => {
      await read(await responseOf(open(server.url, { agent }).end()));
    };
    await traced.run(() => Promise.all([one(), one()]));
    const recorders = await traced.settled();
    const told = recorders.map((recorder) => recorder.the('putIdleConn').args[0] === null);
    expect(new Set(told)).toEqual(new Set([false, true]));
  });
});
