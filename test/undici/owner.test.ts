import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Context, observe, runWithClientTrace } from '../../src/index.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { appServer } from '../helpers/app-server.ts';
import { EventRecorder } from '../helpers/event-recorder.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';

const MODES: WatchMode[] = ['context', 'observe'];
const TABLE = UNDICIS.flatMap((copy) => MODES.map((mode) => ({ ...copy, mode })));

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server that gives each connection to `serve`, first to last. */
async function rawServer(serve: (socket: net.Socket, index: number) => void): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket, sockets.size - 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe.each(TABLE)('undici $major, watched by $mode', ({ module, mode }) => {
  it('sends a pipelined request again when the connection ends before it: two round trips of one call', async () => {
    const traced = recordings();
    let answered = false;
    const origin = await rawServer((socket, index) => {
      let requests = 0;
      socket.on('data', (chunk) => {
        requests += chunk.toString('latin1').split('GET /').length - 1;
        // The first of three is answered; the second fails with the connection, and undici sends the third again.
        if (!answered || index > 0) socket.write(ANSWER);
        answered = true;
        if (index === 0 && requests === 3) socket.end();
      });
    });
    const client = new module.Client(origin, { pipelining: 3 });
    onTestFinished(() => client.destroy());
    const results = await traced.watch(mode, () =>
      Promise.allSettled(
        ['/a', '/b', '/c'].map(async (path) =>
          (await client.request({ path, method: 'GET', blocking: false })).body.text(),
        ),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const recorders = await traced.settled();
    const again = recorders.filter(({ info }) => new URL(info.url).pathname === '/c');
    expect(again.map(({ info }) => [info.attempt, info.reason, info.callKnown])).toEqual([
      [1, 'first', true],
      [2, 'retry', true],
    ]);
    expect(again[1]!.info.callId).toBe(again[0]!.info.callId);
    expect(again[0]!.the('roundTripDone').args[0].err).toBeInstanceOf(Error);
    expect(again[1]!.the('gotConn').args[0].reused).toBe(false);
    expect(again[1]!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('knows how long a connection was idle since an unwatched request', async () => {
    const traced = recordings();
    const server = await appServer((_, response) => response.end('ok'));
    const client = new module.Client(server.origin);
    onTestFinished(() => client.destroy());
    async function send(): Promise<void> {
      await (await client.request({ path: '/', method: 'GET' })).body.dump();
    }
    await traced.watch(mode, send);
    await Context.untraced.run(send);
    const since = performance.now();
    while (performance.now() - since < 5);
    const between = performance.now() - since;
    await traced.watch(mode, send);
    const [, recorder] = await traced.settled();
    const { reused, wasIdle, idleTime } = recorder!.the('gotConn').args[0];
    expect({ reused, wasIdle }).toEqual({ reused: true, wasIdle: true });
    expect(idleTime).toBeGreaterThanOrEqual(between);
    expect(idleTime).toBeLessThan(between + 1000);
  });

  it('gives the dial of a request to nobody else when that is aborted meanwhile', async () => {
    const traced = recordings();
    const server = await appServer((_, response) => response.end('ok'));
    const dispatcher = new module.Agent({ connections: 1 });
    onTestFinished(() => dispatcher.destroy());
    const controller = new AbortController();
    const { signal } = controller;
    await traced.watch(mode, async () => {
      const aborted = module.request(`${server.origin}/a`, { dispatcher, signal });
      const other = module.request(`${server.origin}/b`, { dispatcher });
      controller.abort();
      await expect(aborted).rejects.toThrow();
      await (await other).body.dump();
    });
    const [first, second, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(first!.all('connectDone').map(({ args }) => args[2])).toEqual([null]);
    expect(first!.has('gotConn')).toBe(false);
    expect(second!.the('roundTripDone').args).toEqual([{ err: null }]);
    // It took the connection that the first had asked for, or one of its own.
    expect(second!.the('gotConn').args[0].reused).toBe(false);
  });
});

describe.each(UNDICIS)('undici $major', ({ module }) => {
  it('does not show an untraced redirect or retry to whoever opened the connection', async () => {
    const server = await appServer((request, response) => {
      if (request.url === '/from') response.writeHead(302, { location: '/to' }).end();
      else response.end('ok');
    });
    const client = new module.Agent({ connections: 1 });
    onTestFinished(() => client.destroy());
    const seen: string[] = [];
    await runWithClientTrace(
      { roundTripStart: ({ url }) => void seen.push(new URL(url).pathname) },
      async () => (await module.request(`${server.origin}/opens`, { dispatcher: client })).body.dump(),
    );
    const follow = await Context.background.run(() => {
      // An interceptor since undici 7; an option before.
      const redirect = 'redirect' in module.interceptors ? module.interceptors.redirect : undefined;
      return module.request(`${server.origin}/from`, {
        dispatcher: redirect === undefined ? client : client.compose(redirect({ maxRedirections: 2 })),
        ...(redirect === undefined && { maxRedirections: 2 }),
      });
    });
    expect(await follow.body.text()).toBe('ok');
    expect(seen).toEqual(['/opens']);
  });

  it('opens a connection for a request that has given up for nobody', async () => {
    const recorders: EventRecorder[] = [];
    const watching = observe(() => {
      const recorder = new EventRecorder();
      recorders.push(recorder);
      return recorder.trace;
    });
    onTestFinished(() => watching[Symbol.dispose]());
    let connections = 0;
    const origin = await rawServer((socket) => {
      connections++;
      socket.on('data', () => socket.write(ANSWER));
    });
    const client = new module.Client(origin);
    onTestFinished(() => client.destroy());
    const controller = new AbortController();
    const aborted = client.request({ path: '/', method: 'GET', signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toThrow();
    await (await client.request({ path: '/', method: 'GET' })).body.dump();
    await Promise.all(recorders.map((recorder) => recorder.settled()));
    for (const recorder of recorders) recorder.verify();
    expect(recorders.length).toBe(2);
    // Undici 6 and 7 dial once more than was asked for.
    const told = recorders.flatMap((recorder) => recorder.all('connectStart')).length;
    expect(told).toBeLessThanOrEqual(2);
    expect(connections).toBeGreaterThanOrEqual(told);
  });
});
