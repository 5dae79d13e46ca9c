import { once } from 'node:events';
import http2 from 'node:http2';
import { queryObjects } from 'node:v8';
import { expect, it, onTestFinished, vi } from 'vitest';

import { Connection } from '../../src/events/connection.ts';
import { Dial } from '../../src/events/dial.ts';
import { RoundTrip } from '../../src/events/round-trip.ts';
import { Context, observe, withClientTrace } from '../../src/index.ts';
import { Http2Exchange } from '../../src/probes/http2-exchange.ts';
import { ALL_HOOKS, collectAll } from '../helpers/heap.ts';
import { connect, http2Server, request } from './exchange.ts';

const ROUNDS = 500;

/** Looking through the heap takes its time on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

/** How many of the library's own objects are alive. */
async function counts(): Promise<number[]> {
  await collectAll();
  // That queryObjects is experimental is not news here.
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => emit.mockRestore());
  return [RoundTrip, Http2Exchange, Dial, Connection].map((type) => queryObjects(type, { format: 'count' }));
}

it.each(['context', 'observe'])(
  'nothing is kept of round trips on one session, watched by %s',
  async (mode) => {
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    const [, socket] = (await once(session, 'connect')) as [unknown, NodeJS.EventEmitter]; // its documentation
    const streams: WeakRef<object>[] = [];
    const rounds = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const { stream } = await request(session);
        streams.push(new WeakRef(stream));
      }
    };
    const context = withClientTrace(Context.background, ALL_HOOKS);
    const observer = mode === 'observe' ? observe(() => ALL_HOOKS) : undefined;
    const watched = (count: number): Promise<void> =>
      mode === 'observe' ? rounds(count) : context.run(() => rounds(count));
    await watched(10);
    const before = await counts();
    const listeners = [session, socket].map((emitter) =>
      emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]),
    );
    await watched(ROUNDS);
    expect(await counts()).toEqual(before);
    expect(
      [session, socket].map((emitter) =>
        emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]),
      ),
    ).toEqual(listeners);
    // The last ones may be held by what is on the stack.
    expect(streams.filter((stream) => stream.deref() !== undefined).length).toBeLessThanOrEqual(3);
    observer?.[Symbol.dispose]();
  },
);

it('a session is collected with its connection and its round trips when it is over', async () => {
  const server = await http2Server('h2c');
  const before = await counts();
  const gone: WeakRef<object>[] = [];
  const context = withClientTrace(Context.background, ALL_HOOKS);
  for (let i = 0; i < 20; i++) {
    await context.run(async () => {
      const session = http2.connect(server.origin);
      await request(session);
      gone.push(new WeakRef(session));
      session.close();
      await once(session, 'close');
    });
  }
  await collectAll();
  // What was made last may be held by what is on the stack.
  expect(gone.filter((session) => session.deref() !== undefined).length).toBeLessThanOrEqual(2);
  const after = await counts();
  for (const [i, count] of after.entries()) expect(count - before[i]!).toBeLessThanOrEqual(2);
});
