import http from 'node:http';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';

import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, get, open } from './exchange.ts';
import { NEW, closeAfterEach, conn } from './conn.ts';

describe.each<WatchMode>(['context', 'observe'])(
  'a connection that the caller makes, watched by %s',
  (mode) => {
    it('synchronously is told whole', async () => {
      const traced = recordings();
      const server = await scriptedServer(answerAll);
      await traced.watch(mode, () =>
        get(server.origin, { createConnection: () => net.connect(server.port, '127.0.0.1') }),
      );
      const [recorder] = await traced.settled();
      expect(recorder!.the('getConn').args).toEqual([server.hostPort]);
      expect(recorder!.the('connectDone').args).toEqual(['tcp', server.hostPort, null]);
      expect(conn(recorder!)).toEqual(NEW);
      expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
    });

    it('asynchronously is told whole', async () => {
      const traced = recordings();
      const server = await scriptedServer(answerAll);
      await traced.watch(mode, () =>
        get(server.origin, {
          createConnection: (_options, callback) => {
            const socket = net.connect(server.port, '127.0.0.1', () => callback(null, socket));
            return undefined;
          },
        }),
      );
      const [recorder] = await traced.settled();
      expect(recorder!.the('connectDone').args).toEqual(['tcp', server.hostPort, null]);
      expect(recorder!.the('connectDone').time).toBeLessThanOrEqual(recorder!.the('gotConn').time);
      expect(conn(recorder!)).toEqual(NEW);
    });

    it('in an agent of its own class is told whole', async () => {
      class OwnAgent extends http.Agent {
        override createConnection(options: net.NetConnectOpts): net.Socket {
          return net.connect({ ...options, host: '127.0.0.1' } as net.TcpNetConnectOpts);
        }
      }
      const traced = recordings();
      const server = await scriptedServer(answerAll);
      const agent = new OwnAgent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      await traced.watch(mode, async () => {
        await get(`http://nowhere.invalid:${server.port}/`, { agent });
        await traced.settled();
        await get(`http://nowhere.invalid:${server.port}/`, { agent });
      });
      const [first, second] = await traced.settled();
      expect(first!.the('getConn').args).toEqual([`nowhere.invalid:${server.port}`]);
      expect(first!.has('dnsStart')).toBe(false);
      expect(conn(first!)).toEqual(NEW);
      expect(conn(second!)).toMatchObject({ reused: true, wasIdle: true });
    });

    it('and that is connected already is told as new, without a dial', async () => {
      const traced = recordings();
      const server = await scriptedServer(answerAll);
      const socket = net.connect(server.port, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      await traced.watch(mode, () => get(server.origin, { createConnection: () => socket }));
      const [recorder] = await traced.settled();
      expect(recorder!.has('connectStart')).toBe(false);
      expect(conn(recorder!)).toEqual(NEW);
    });

    it('and that fails is told to its request', async () => {
      const traced = recordings();
      const failure = new Error('no connection today');
      const err = await traced.watch(mode, () => {
        const request = open('http://127.0.0.1:9/', {
          createConnection: (_options, callback) => {
            process.nextTick(callback, failure);
            return undefined;
          },
        });
        return errorOf(request.end());
      });
      const [recorder, ...others] = await traced.settled();
      expect(err).toBe(failure);
      if (recorder === undefined) {
        // Without the channel `http.client.request.created` a request without a core agent is seen when it has a socket.
        expect(process.versions.node).toMatch(/^20\./);
        return;
      }
      expect(others).toEqual([]);
      expect(recorder.names).toEqual(['roundTripStart', 'getConn', 'roundTripDone']);
      expect(recorder.the('roundTripDone').args).toEqual([{ err: failure }]);
    });

    it('and that is not a net.Socket is told too', async () => {
      const traced = recordings();
      const server = await scriptedServer(closeAfterEach);
      const socket = net.connect(server.port, '127.0.0.1');
      const tunnel = Duplex.from({ readable: socket, writable: socket });
      onTestFinished(() => void tunnel.destroy());
      await traced.watch(mode, () => get(server.origin, { createConnection: () => tunnel }));
      const [recorder] = await traced.settled();
      expect(recorder!.the('gotConn').args[0].conn).toBe(tunnel);
      expect(conn(recorder!)).toEqual(NEW);
    });
  },
);

describe('getConn', () => {
  it.each([
    ['http://example.test/', 'example.test:80'],
    ['https://example.test/', 'example.test:443'],
    ['http://example.test:8080/', 'example.test:8080'],
  ])('of %s is %s, and the url is as it was', async (url, hostPort) => {
    const traced = recordings();
    const refused = new Error('not today');
    const lookup = (_host: string, _options: object, callback: (err: Error) => void): void =>
      callback(refused);
    const request = traced.run(() =>
      open(url, { agent: agentFor(url), lookup: lookup as net.LookupFunction }),
    );
    await errorOf(request.end());
    await traced.settled();
    expect(traced.only.the('getConn').args).toEqual([hostPort]);
    expect(traced.only.info.url).toBe(url);
    expect(traced.only.the('dnsStart').args).toEqual([{ host: 'example.test' }]);
    expect(traced.only.the('dnsDone').args).toEqual([{ addrs: [], err: refused, coalesced: false }]);
    expect(traced.only.has('gotConn')).toBe(false);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: refused }]);
  });

  it('is not called for a request that is refused while it is made', () => {
    const traced = recordings();
    expect(() => traced.run(() => open('http://127.0.0.1:9/', { headers: { 'bad name': 'x' } }))).toThrow(
      /Header name/,
    );
    expect(() => traced.run(() => open('http://127.0.0.1:9/', { path: '/a b' }))).toThrow(/path/);
    expect(traced.roundTrips).toEqual([]);
  });
});
