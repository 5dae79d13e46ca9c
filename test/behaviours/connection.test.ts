import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';

import { answering, type Served } from './origin.ts';
import { type Target, targets } from './drivers/table.ts';
import { HANDED_OVER, NEW, atRest, behaviour, hooks, lookupOf, scene, use } from './scene.ts';

/** Answers, and ends the connection. */
async function closing(served: Served): Promise<void> {
  await served.text();
  served.respond('bye', { fields: { connection: 'close' } });
}

behaviour('a first request', targets(['direct'], { crossed: true }), (target) => {
  const { driver, secure } = target;
  const h1 = driver.http === '1.1';

  it('has a new connection, told in the order of the contract', async () => {
    const { traced, server, watched } = await scene(target, answering);
    expect(await watched({ url: `${server.url}/a?b=c` })).toEqual({ status: 200, body: 'ok' });
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(hooks(recorder)).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      ...(secure ? ['tlsHandshakeStart', 'tlsHandshakeDone'] : []),
      'gotConn',
      'wroteHeaderField',
      'wroteHeaders',
      'wroteRequest',
      'gotFirstResponseByte',
      'gotResponse',
      'gotLastResponseByte',
      ...(h1 ? ['putIdleConn'] : []),
      'roundTripDone',
    ]);
    expect(recorder!.info).toMatchObject({
      client: driver.client,
      clientVersion: driver.clientVersion,
      method: 'GET',
      url: `${server.url}/a?b=c`,
      attempt: 1,
      reason: 'first',
      intercepted: false,
    });
    expect(recorder!.the('getConn').args).toEqual([server.hostPort]);
    expect(recorder!.the('connectStart').args).toEqual(['tcp', server.hostPort]);
    expect(recorder!.the('connectDone').args).toEqual(['tcp', server.hostPort, null]);
    expect(use(recorder)).toEqual(NEW);
    expect(recorder!.the('gotConn').args[0].conn).toBeInstanceOf(secure ? tls.TLSSocket : net.Socket);
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder!.the('gotResponse').args[0]).toMatchObject({
      status: 200,
      statusText: h1 ? 'OK' : '',
      httpVersion: driver.http === '2' ? '2' : '1.1',
    });
    if (h1) expect(recorder!.the('putIdleConn').args).toEqual([null]);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('tells the fields of its head as they are on the wire', async () => {
    const lines: string[] = [];
    const { traced, server, watched } = await scene(target, async (served) => {
      lines.push(...served.head());
      await answering(served);
    });
    await watched({ url: `${server.url}/`, headers: { 'X-One': '1', accept: 'text/plain' } });
    const [recorder] = await traced.settled();
    const told = recorder!
      .all('wroteHeaderField')
      .flatMap(({ args: [key, values] }) => values.map((value) => `${key}: ${value}`));
    expect(told).toEqual(lines);
  });
});

behaviour('a name', targets(['lookup']), (target) => {
  const { secure } = target;

  it('is looked up, and its addresses are told', async () => {
    const lookup = lookupOf('127.0.0.1');
    const { traced, server, watched } = await scene(target, answering, { lookup });
    await watched({ url: `${target.scheme}://example.test:${server.port}/` });
    const [recorder] = await traced.settled();
    expect(hooks(recorder).slice(0, 6)).toEqual([
      'roundTripStart',
      'getConn',
      'dnsStart',
      'dnsDone',
      'connectStart',
      'connectDone',
    ]);
    expect(recorder!.the('getConn').args).toEqual([`example.test:${server.port}`]);
    expect(recorder!.the('dnsStart').args).toEqual([{ host: 'example.test' }]);
    expect(recorder!.the('dnsDone').args).toEqual([
      { addrs: [{ address: '127.0.0.1', family: 4 }], err: null, coalesced: false },
    ]);
    expect(recorder!.the('connectStart').args).toEqual(['tcp', server.hostPort]);
    if (secure) {
      const [state, err] = recorder!.the('tlsHandshakeDone').args;
      expect(err).toBeNull();
      expect(state).toMatchObject({
        version: 'TLSv1.3',
        serverName: 'example.test',
        resumed: false,
        authorized: true,
      });
      expect(state.alpnProtocol === 'h2').toBe(target.driver.http === '2');
    }
  });
});

behaviour('a kept connection', targets(['keeps'], { crossed: true }), (target) => {
  it('is reused, was idle, and for how long', async () => {
    const { traced, server, send } = await scene(target, answering);
    await traced.watch(target.mode, async () => {
      await send({ url: `${server.url}/1` });
      await traced.settled();
      await atRest();
      await send({ url: `${server.url}/2` });
    });
    const [first, second, ...others] = await traced.settled();
    expect(others).toEqual([]);
    const { conn, reused, wasIdle, idleTime } = second!.the('gotConn').args[0];
    expect({ reused, wasIdle }).toEqual({ reused: true, wasIdle: true });
    expect(conn).toBe(first!.the('gotConn').args[0].conn);
    const time = second!.the('gotConn').time;
    expect(idleTime).toBeLessThanOrEqual(time - first!.the('gotLastResponseByte').time);
    expect(idleTime).toBeGreaterThanOrEqual(time - first!.the('roundTripDone').time);
    for (const name of ['dnsStart', 'connectStart', 'tlsHandshakeStart'] as const) {
      expect(second!.names).not.toContain(name);
    }
    expect(server.connections).toHaveLength(1);
  });

  it('is known as reused, and idle for an unknown time, when its last use was not watched', async () => {
    const { traced, server, send, watched } = await scene(target, answering);
    await send({ url: `${server.url}/1` });
    await atRest();
    await send({ url: `${server.url}/2` });
    await atRest();
    await watched({ url: `${server.url}/3` });
    const [recorder] = await traced.settled();
    expect(use(recorder)).toEqual({ reused: true, wasIdle: true, idleTime: undefined });
    expect(recorder!.has('connectStart')).toBe(false);
  });

  it('serves watched and unwatched requests in turn', async () => {
    const { traced, server, send, watched } = await scene(target, answering);
    for (let i = 0; i < 3; i++) {
      await watched({ url: `${server.url}/` });
      await atRest();
      await send({ url: `${server.url}/` });
      await atRest();
    }
    const recorders = await traced.settled();
    expect(recorders.map((recorder) => use(recorder).reused)).toEqual([false, true, true]);
    expect(server.connections).toHaveLength(1);
  });
});

behaviour('the only connection allowed', targets(['queues'], { http: '1.1' }), (target) => {
  it('is handed from one request to the next: reused, and not idle', async () => {
    const { traced, server, send } = await scene(target, answering, { connections: 1 });
    await traced.watch(target.mode, () =>
      Promise.all([1, 2, 3].map((n) => send({ url: `${server.url}/${n}` }))),
    );
    const recorders = await traced.settled();
    // docs/fidelity.md, pool-queue: as if the connection had lain idle.
    const handedOver = target.driver.queuesUnseen === true ? { reused: true } : HANDED_OVER;
    expect(recorders.map(use)).toMatchObject([NEW, handedOver, handedOver]);
    expect(recorders.map((recorder) => recorder.the('putIdleConn').args)).toEqual([[null], [null], [null]]);
    expect(recorders.map((recorder) => recorder.has('connectStart'))).toEqual([true, false, false]);
    expect(server.connections).toHaveLength(1);
  });

  it('is opened anew for each request when the server closes, and told to the right one', async () => {
    const { traced, server, send } = await scene(target, closing, { connections: 1 });
    const paths = ['/1', '/2', '/3'];
    await traced.watch(target.mode, () => Promise.all(paths.map((path) => send({ url: server.url + path }))));
    const recorders = await traced.settled();
    expect(recorders.map(({ info }) => new URL(info.url).pathname)).toEqual(paths);
    expect(recorders.map(use)).toEqual([NEW, NEW, NEW]);
    expect(recorders.map((recorder) => recorder.all('connectDone').length)).toEqual([1, 1, 1]);
  });

  it('is opened for a queued request whose predecessor was not watched', async () => {
    const { traced, server, send, watched } = await scene(target, closing, { connections: 1 });
    const unwatched = send({ url: `${server.url}/unwatched` });
    await watched({ url: `${server.url}/watched` });
    await unwatched;
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.info.url).toBe(`${server.url}/watched`);
    expect(use(recorder)).toEqual(NEW);
    // docs/fidelity.md, deferred-dial: then it gets the other's dial too.
    expect(recorder!.all('connectDone')).toHaveLength(target.driver.dialsLater === true ? 2 : 1);
  });

  it('of an unwatched request that queued behind a watched one is told to nobody', async () => {
    const { traced, server, send } = await scene(target, closing, { connections: 1 });
    // By a context, because observers would see both.
    const watched = traced.run(() => send({ url: `${server.url}/watched` }));
    await Promise.all([watched, send({ url: `${server.url}/unwatched` })]);
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    // docs/fidelity.md, deferred-dial: then it may be told to nobody.
    if (target.driver.dialsLater !== true) expect(recorder!.all('connectStart')).toHaveLength(1);
    expect(server.connections).toHaveLength(2);
  });
});

/** With clients that have as many connections as they need. */
function several(): Target[] {
  return targets(['direct'], { http: '1.1' }).filter(({ driver }) => driver.oneConnection !== true);
}

behaviour('requests at once', several(), (target) => {
  it('have each a connection and a dial of its own', async () => {
    const { traced, server, send } = await scene(target, answering);
    const paths = ['/a', '/b', '/c', '/d', '/e'];
    await traced.watch(target.mode, () => Promise.all(paths.map((path) => send({ url: server.url + path }))));
    const recorders = await traced.settled();
    expect(recorders.map(({ info }) => new URL(info.url).pathname)).toEqual(paths);
    expect(recorders.map(use)).toEqual(paths.map(() => NEW));
    expect(recorders.map((recorder) => recorder.all('connectDone').length)).toEqual([1, 1, 1, 1, 1]);
    expect(recorders.map((recorder) => recorder.all('tlsHandshakeDone').length)).toEqual(
      paths.map(() => (target.secure ? 1 : 0)),
    );
    expect(new Set(recorders.map((recorder) => recorder.the('gotConn').args[0].conn)).size).toBe(5);
  });
});

behaviour('a watched and an unwatched request at once', targets([], { http: '1.1' }), (target) => {
  it.each(['first', 'second'])(
    'have a dial each, and the other is told to nobody (the watched one is %s)',
    async (which) => {
      const { traced, server, send } = await scene(target, closing);
      // By a context, because observers would see both.
      const watched = (): Promise<unknown> => traced.run(() => send({ url: `${server.url}/watched` }));
      const unwatched = (): Promise<unknown> => send({ url: `${server.url}/unwatched` });
      await Promise.all(which === 'first' ? [watched(), unwatched()] : [unwatched(), watched()]);
      const [recorder, ...others] = await traced.settled();
      expect(others).toEqual([]);
      expect(recorder!.info.url).toBe(`${server.url}/watched`);
      expect(use(recorder)).toEqual(NEW);
      expect(server.connections).toHaveLength(2);
      // docs/fidelity.md, deferred-dial.
      if (target.driver.dialsLater !== true) expect(recorder!.all('connectDone')).toHaveLength(1);
    },
  );
});

behaviour('a unix socket', targets(['unix']), (target) => {
  it('is told by its path, and needs no lookup', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'httptrace-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const socketPath = join(directory, 's');
    const { traced, watched } = await scene(target, answering, { socketPath }, { path: socketPath });
    expect(await watched({ url: `${target.scheme}://example.test/` })).toEqual({ status: 200, body: 'ok' });
    const [recorder] = await traced.settled();
    expect(recorder!.the('getConn').args).toEqual([`example.test:${target.secure ? 443 : 80}`]);
    expect(recorder!.has('dnsStart')).toBe(false);
    expect(recorder!.the('connectStart').args).toEqual(['unix', socketPath]);
    expect(recorder!.the('connectDone').args).toEqual(['unix', socketPath, null]);
    expect(use(recorder)).toEqual(NEW);
  });
});

// Not by TLS: Node 22.23 does not find ::1 in a certificate.
behaviour('an IPv6 address', targets(['direct'], { scheme: 'http' }), (target) => {
  it('is told in brackets, and needs no lookup', async () => {
    const { traced, server, watched } = await scene(target, answering, {}, { host: '::1' });
    await watched({ url: `${target.scheme}://[::1]:${server.port}/` });
    const [recorder] = await traced.settled();
    expect(recorder!.the('getConn').args).toEqual([`[::1]:${server.port}`]);
    expect(recorder!.has('dnsStart')).toBe(false);
    expect(recorder!.the('connectStart').args).toEqual(['tcp', `[::1]:${server.port}`]);
    expect(recorder!.info.url).toBe(`${target.scheme}://[::1]:${server.port}/`);
  });
});
