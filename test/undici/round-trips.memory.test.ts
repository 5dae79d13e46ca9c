import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Context, observe, withClientTrace } from '../../src/index.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';
import { appServer } from '../helpers/app-server.ts';
import { alive, collectAll, weakly } from '../helpers/heap.ts';

const ROUNDS = 300;

/** Undici's own requests and sockets, while the test runs. */
function watchUndici(): { requests: WeakRef<object>[]; sockets: WeakRef<Socket>[] } {
  const requests: WeakRef<object>[] = [];
  const sockets: WeakRef<Socket>[] = [];
  // The channels' messages by undici's documentation.
  const created = (message: unknown): void =>
    void requests.push(new WeakRef((message as { request: object }).request));
  const connected = (message: unknown): void =>
    void sockets.push(new WeakRef((message as { socket: Socket }).socket));
  diagnostics.subscribe('undici:request:create', created);
  diagnostics.subscribe('undici:client:connected', connected);
  onTestFinished(() => {
    diagnostics.unsubscribe('undici:request:create', created);
    diagnostics.unsubscribe('undici:client:connected', connected);
  });
  return { requests, sockets };
}

function look(socket: Socket): unknown {
  const listeners = socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]);
  return { listeners, ownKeys: Reflect.ownKeys(socket).map(String) };
}

/** A response: read, or left. */
interface Answer {
  text(): Promise<string>;
  leave(): unknown;
}

const CLIENTS = [
  {
    name: 'fetch',
    make:
      () =>
      async (url: string): Promise<Answer> => {
        const response = await fetch(url);
        return { text: () => response.text(), leave: () => response.body?.cancel() };
      },
  },
  ...UNDICIS.map(({ major, module }) => ({
    name: `undici ${major}`,
    make() {
      const dispatcher = new module.Agent({ connections: 1 });
      onTestFinished(() => dispatcher.close());
      return async (url: string): Promise<Answer> => {
        const { body } = await module.request(url, { dispatcher });
        return { text: () => body.text(), leave: () => body.on('error', () => {}).destroy() };
      };
    },
  })),
];

const TABLE = CLIENTS.flatMap((client) => ['context', 'observe'].map((mode) => ({ ...client, mode })));

describe.each(TABLE)('$name, watched by $mode', ({ make, mode }) => {
  it('nothing is kept of round trips on one connection', async () => {
    const server = await appServer((_, response) => response.end('ok'));
    const send = make();
    const { requests, sockets } = watchUndici();
    async function rounds(count: number): Promise<void> {
      for (let i = 0; i < count; i++) await (await send(server.origin)).text();
    }
    const { trace, roundTrips } = weakly();
    const context = withClientTrace(Context.background, trace);
    const observer = mode === 'observe' ? observe(() => trace) : undefined;
    onTestFinished(() => observer?.[Symbol.dispose]());
    const watched = (count: number): Promise<void> =>
      mode === 'observe' ? rounds(count) : context.run(() => rounds(count));

    await watched(10);
    const before = look(sockets[0]!.deref()!);
    requests.length = 0;
    roundTrips.length = 0;
    await watched(ROUNDS);
    expect(look(sockets[0]!.deref()!)).toEqual(before);
    // Fetch opens a second one when it is called right after a body's end.
    expect(sockets.length).toBeLessThanOrEqual(2);
    await collectAll();
    // Undici and the connection hold the latest.
    expect(alive(requests)).toBeLessThanOrEqual(4);
    expect(roundTrips).toHaveLength(ROUNDS);
    expect(alive(roundTrips)).toBeLessThanOrEqual(4);
  });

  it('nothing is kept of requests that fail or are aborted', async () => {
    const server = await appServer((_, response) => void response.write('never ends'));
    const nobody = `http://127.0.0.1:${CLOSED_PORT}`;
    const send = make();
    const { requests } = watchUndici();
    async function fail(count: number): Promise<void> {
      for (let i = 0; i < count; i++) {
        await send(nobody).catch(() => {});
        await (await send(server.origin)).leave();
      }
    }
    const { trace, roundTrips } = weakly();
    const context = withClientTrace(Context.background, trace);
    const observer = mode === 'observe' ? observe(() => trace) : undefined;
    onTestFinished(() => observer?.[Symbol.dispose]());
    await (mode === 'observe' ? fail(30) : context.run(() => fail(30)));
    await collectAll();
    expect(roundTrips).toHaveLength(60);
    // Undici and sockets that are being closed hold the latest.
    expect(alive(requests)).toBeLessThanOrEqual(6);
    expect(alive(roundTrips)).toBeLessThanOrEqual(6);
  });
});
