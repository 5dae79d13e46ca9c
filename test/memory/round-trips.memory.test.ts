import { once } from 'node:events';
import type http from 'node:http';
import { queryObjects } from 'node:v8';
import { expect, it, onTestFinished, vi } from 'vitest';

import { Connection } from '../../src/events/connection.ts';
import { Dial } from '../../src/events/dial.ts';
import { RoundTrip } from '../../src/events/round-trip.ts';
import {
  Context,
  observe,
  runWithClientTrace,
  withClientTrace,
  type ClientTrace,
  type RoundTripInfo,
} from '../../src/index.ts';
import { ContextNode } from '../../src/trace/context.ts';
import { HOOK_NAMES } from '../../src/trace/hooks.ts';
import { ALL_HOOKS, alive, collectAll } from '../helpers/heap.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { get, httpAgent, open, read, responseOf } from '../http/exchange.ts';

const ROUNDS = 1000;

function listeners(emitter: NodeJS.EventEmitter): Record<string, number> {
  const entries = emitter
    .eventNames()
    .map((name): [string, number] => [String(name), emitter.listenerCount(name)]);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

/** How many of the library's own objects are alive. */
async function counts(): Promise<Record<string, number>> {
  await collectAll();
  // That queryObjects is experimental is not news here.
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => emit.mockRestore());
  const classes = { RoundTrip, Dial, Connection, ContextNode };
  return Object.fromEntries(
    Object.entries(classes).map(([name, type]) => [name, queryObjects(type, { format: 'count' })]),
  );
}

it.each(['context', 'observe'])(
  'nothing is kept of round trips on one connection, watched by %s',
  async (mode) => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent({ maxSockets: 1 });
    const requests: WeakRef<object>[] = [];
    const observer = mode === 'observe' ? observe(() => ALL_HOOKS) : undefined;
    const context = withClientTrace(Context.background, ALL_HOOKS);
    let socket: http.ClientRequest['socket'] = null;
    const rounds = async (): Promise<void> => {
      for (let i = 0; i < ROUNDS; i++) {
        const { request, response } = await get(server.origin, { agent });
        socket = request.socket;
        requests.push(new WeakRef(request), new WeakRef(response));
      }
    };
    const watched = (): Promise<void> => (mode === 'observe' ? rounds() : context.run(rounds));

    await watched();
    await new Promise(setImmediate);
    const before = listeners(socket!);
    const ownKeys = Reflect.ownKeys(socket!).length;
    await collectAll();
    // The agent, the parser and the socket may hold the last one.
    expect(alive(requests)).toBeLessThanOrEqual(4);
    requests.length = 0;

    const kept = await counts();
    await watched();
    await new Promise(setImmediate);
    expect(listeners(socket!)).toEqual(before);
    expect(Reflect.ownKeys(socket!)).toHaveLength(ownKeys);
    requests.length = 0;
    expect(await counts()).toEqual(kept);
    expect(server.peers).toHaveLength(1);
    observer?.[Symbol.dispose]();
  },
  30_000,
);

it('a kept RoundTripInfo keeps neither request nor response', async () => {
  const server = await scriptedServer(answerAll);
  const agent = httpAgent();
  const kept: RoundTripInfo[] = [];
  const gone: WeakRef<object>[] = [];
  await runWithClientTrace({ roundTripStart: (info) => void kept.push(info) }, async () => {
    for (let i = 0; i < 50; i++) {
      const { request, response } = await get(`${server.origin}/${i}`, { agent });
      gone.push(new WeakRef(request), new WeakRef(response));
    }
  });
  await collectAll();
  expect(alive(gone)).toBeLessThanOrEqual(4);
  expect(kept.map(({ url }) => url)).toEqual(kept.map((_, i) => `${server.origin}/${i}`));
});

it('kept arguments of all hooks keep neither request nor response', async () => {
  const server = await scriptedServer(answerAll);
  const agent = httpAgent();
  const kept: unknown[] = [];
  const gone: WeakRef<object>[] = [];
  const trace: ClientTrace = Object.fromEntries(
    HOOK_NAMES.map((name) => [name, (...args: unknown[]) => void kept.push(args)]),
  );
  await runWithClientTrace(trace, async () => {
    for (let i = 0; i < 50; i++) {
      const { request, response } = await get(server.origin, { agent });
      gone.push(new WeakRef(request), new WeakRef(response));
    }
  });
  await collectAll();
  expect(kept.length).toBeGreaterThan(500);
  expect(alive(gone)).toBeLessThanOrEqual(4);
});

it('requests that failed or were destroyed are not kept', async () => {
  const server = await scriptedServer(async (peer) => {
    await peer.head();
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok');
    await peer.end();
    peer.close();
  });
  const gone: WeakRef<object>[] = [];
  await runWithClientTrace(ALL_HOOKS, async () => {
    for (let i = 0; i < 50; i++) {
      const request = open(i % 2 === 0 ? server.origin : 'http://127.0.0.1:1/', { agent: httpAgent() });
      request.on('error', () => {});
      request.on('response', (response) =>
        response.on('error', () => {}).on('data', () => request.destroy()),
      );
      gone.push(new WeakRef(request));
      request.end();
      await new Promise((resolve) => request.once('close', resolve));
    }
  });
  await collectAll();
  expect(alive(gone)).toBeLessThanOrEqual(2);
});

it('a connection that was handed over holds nothing of its request', async () => {
  const server = await scriptedServer(async (peer) => {
    await peer.head();
    peer.send('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    await peer.end();
    peer.close();
  });
  const sockets: { destroy(): void }[] = [];
  const gone: WeakRef<object>[] = [];
  await runWithClientTrace(ALL_HOOKS, async () => {
    for (let i = 0; i < 20; i++) {
      const request = open(server.origin, {
        agent: httpAgent(),
        headers: { Connection: 'Upgrade', Upgrade: 'x' },
      });
      request.end();
      const [response, socket] = (await once(request, 'upgrade')) as [object, { destroy(): void }]; // node:http
      gone.push(new WeakRef(request), new WeakRef(response));
      sockets.push(socket);
    }
  });
  await collectAll();
  expect(alive(gone)).toBeLessThanOrEqual(2);
  for (const socket of sockets) socket.destroy();
});

it('an unread response is collected with its request when the program lets go of them', async () => {
  const server = await scriptedServer(answerAll);
  const plain: WeakRef<object>[] = [];
  const watched: WeakRef<object>[] = [];
  const unread = async (references: WeakRef<object>[]): Promise<void> => {
    const agent = httpAgent();
    for (let i = 0; i < 10; i++) {
      const request = open(server.origin, { agent }).end();
      const response = await responseOf(request);
      references.push(new WeakRef(response));
      if (i % 2 === 0) await read(response);
    }
  };
  await unread(plain);
  await runWithClientTrace(ALL_HOOKS, () => unread(watched));
  await collectAll();
  expect(alive(watched)).toBe(alive(plain));
});
