import { once } from 'node:events';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import type { Client, Dispatcher, buildConnector } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Recorder } from '../../src/index.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { HANDED_OVER, NEW, atRest, use } from '../behaviours/scene.ts';
import { appServer } from '../helpers/app-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';

const MODES: readonly WatchMode[] = ['context', 'observe'];
const TABLE = UNDICIS.flatMap((copy) => MODES.map((mode) => ({ ...copy, mode })));

/** Destroys `dispatcher` when the test has finished. */
function own<D extends Dispatcher>(dispatcher: D): D {
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

async function get(dispatcher: Client | Dispatcher, path = '/'): Promise<string> {
  // Only what does not block may be pipelined.
  const { body } = await dispatcher.request({
    path,
    method: 'GET',
    blocking: false,
  });
  return body.text();
}

describe.each(TABLE)('undici $major, watched by $mode', ({ module, mode }) => {
  it('sends requests on a connection that still owes answers, each with its own hooks', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      for (let i = 0; i < 3; i++) await peer.head();
      for (const body of ['a', 'b', 'c']) peer.respond(body);
    });
    const client = own(new module.Client(server.origin, { pipelining: 3 }));
    const bodies = await traced.watch(mode, () =>
      Promise.all(['/a', '/b', '/c'].map((path) => get(client, path))),
    );
    expect(bodies).toEqual(['a', 'b', 'c']);
    const recorders = await traced.settled();
    expect(server.peers).toHaveLength(1);
    expect(recorders.map(use)).toEqual([NEW, HANDED_OVER, HANDED_OVER]);
    expect(recorders.map((recorder) => recorder.has('connectStart'))).toEqual([true, false, false]);
    expect(recorders.map(({ info }) => new URL(info.url).pathname)).toEqual(['/a', '/b', '/c']);
    // All were written before the first answer came.
    const answered = recorders[0]!.the('gotFirstResponseByte').time;
    for (const recorder of recorders) {
      expect(recorder.the('wroteRequest').time).toBeLessThan(answered);
      expect(recorder.the('roundTripDone').args).toEqual([{ err: null }]);
    }
    const ends = recorders.map((recorder) => recorder.the('gotLastResponseByte').time);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  });

  it('has written a request that is a head alone when it has written its head', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const client = own(new module.Client(server.origin));
    await traced.watch(mode, () => get(client));
    // By a connection that is open already, where all is written in the turn of the call.
    await traced.watch(mode, () => get(client));
    for (const recorder of await traced.settled()) {
      expect(recorder.the('wroteRequest').time).toBe(recorder.the('wroteHeaders').time);
    }
  });

  it('gives the dial of a connector that takes its time to the request', async () => {
    const traced = recordings();
    const server = await appServer((_request, response) => response.end('ok'));
    const connect = (_options: buildConnector.Options, done: buildConnector.Callback): void => {
      setImmediate(() => {
        const socket = net.connect(server.port, '127.0.0.1');
        socket.once('connect', () => done(null, socket));
        socket.once('error', (error) => done(error, null));
      });
    };
    const client = own(new module.Client(server.origin, { connect }));
    expect(await traced.watch(mode, () => get(client))).toBe('ok');
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    const address = `127.0.0.1:${server.port}`;
    expect(recorder!.the('connectStart').args).toEqual(['tcp', address]);
    expect(recorder!.the('connectDone').args).toEqual(['tcp', address, null]);
    expect(use(recorder)).toEqual(NEW);
  });
});

it.each(UNDICIS)(
  'undici $major: the records of pipelined requests tell no bytes of each',
  async ({ module }) => {
    const server = await scriptedServer(async (peer) => {
      for (let i = 0; i < 2; i++) await peer.head();
      for (let i = 0; i < 2; i++) peer.respond();
    });
    const client = own(new module.Client(server.origin, { pipelining: 2 }));
    const recorder = new Recorder();
    await recorder.run(() => Promise.all([get(client), get(client)]));
    await recorder.flush();
    for (const { request, response } of recorder.records) {
      expect(request).not.toHaveProperty('wireBytes');
      expect(response).not.toHaveProperty('wireBytes');
      expect(response).toMatchObject({ bodyBytes: 2 });
    }
    expect(recorder.records).toHaveLength(2);
  },
);

// Undici 6 has neither of the two.
describe.each(TABLE.filter(({ major }) => major > 6))(
  'undici $major, watched by $mode',
  ({ module, mode }) => {
    it('tells which connections a RoundRobinPool opens, and which it uses again', async () => {
      const traced = recordings();
      const server = await appServer((_request, response) => response.end('ok'));
      const pool = own(new module.RoundRobinPool(server.origin, { connections: 2 }));
      // It opens another one only when those that it has are busy.
      await traced.watch(mode, () => Promise.all([get(pool), get(pool)]));
      for (let i = 0; i < 2; i++) {
        await atRest();
        await traced.watch(mode, () => get(pool));
      }
      const recorders = await traced.settled();
      expect(recorders.map((recorder) => recorder.has('connectStart'))).toEqual([true, true, false, false]);
      const conns = recorders.map((recorder) => recorder.the('gotConn').args[0].conn);
      expect(new Set(conns).size).toBe(2);
      expect(new Set(conns.slice(0, 2)).size).toBe(2);
      for (const recorder of recorders.slice(2)) {
        expect(recorder.the('gotConn').args[0]).toMatchObject({ reused: true, wasIdle: true });
      }
    });

    it('speaks HTTP/2 without TLS by an H2CClient', async () => {
      const traced = recordings();
      const server = http2.createServer((_request, response) => response.end('ok'));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo; // it listens on TCP
      const client = own(new module.H2CClient(`http://127.0.0.1:${port}`));
      expect(await traced.watch(mode, () => get(client))).toBe('ok');
      expect(await traced.watch(mode, () => get(client))).toBe('ok');
      const [first, second] = await traced.settled();
      expect(first!.info.client).toBe('undici');
      expect(first!.the('connectDone').args).toEqual(['tcp', `127.0.0.1:${port}`, null]);
      expect(first!.has('tlsHandshakeStart')).toBe(false);
      expect(use(first)).toEqual(NEW);
      expect(use(second).reused).toBe(true);
      for (const recorder of [first!, second!]) {
        expect(recorder.the('gotResponse').args[0]).toMatchObject({ status: 200, httpVersion: '2' });
        expect(recorder.has('putIdleConn')).toBe(false);
      }
    });
  },
);
