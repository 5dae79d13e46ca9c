import { describe, expect, it } from 'vitest';

import { Context, eventTime, runWithClientTrace, withClientTrace } from '../../src/index.ts';
import { get, httpAgent } from '../http/exchange.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { hookWarnings, warned } from './warnings.ts';

/** Passes time without giving the loop a turn. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('eventTime', () => {
  it('is the time now outside of hooks', () => {
    const before = performance.now();
    const time = eventTime();
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(performance.now());
  });

  it('is the same for all hooks of one event, however long they take', async () => {
    const server = await scriptedServer(answerAll);
    const times: number[] = [];
    const slow = {
      wroteHeaders: () => {
        times.push(eventTime());
        spin(2);
        times.push(eventTime());
      },
    };
    const ctx = withClientTrace(withClientTrace(Context.background, slow), slow);
    await ctx.run(() => get(server.origin, { agent: httpAgent() }));
    expect(times).toHaveLength(4);
    expect(new Set(times).size).toBe(1);
  });

  it('goes on with the outer event after one that a hook has caused', async () => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    const times: Record<string, number> = {};
    let inner: Promise<unknown> | undefined;
    await runWithClientTrace(
      {
        gotFirstResponseByte: () => {
          times['before'] = eventTime();
          spin(1);
          const trace = { getConn: () => void (times['inner'] = eventTime()) };
          inner = withClientTrace(Context.background, trace).run(() => get(server.origin, { agent }));
          times['after'] = eventTime();
        },
      },
      () => get(server.origin, { agent }),
    );
    await inner;
    expect(times['after']).toBe(times['before']);
    expect(times['inner']).toBeGreaterThan(times['before']!);
  });

  it('is the time now again in what a hook has started', async () => {
    const server = await scriptedServer(answerAll);
    let late: Promise<readonly [number, number]> | undefined;
    await runWithClientTrace(
      {
        getConn: () => {
          const time = eventTime();
          late = new Promise((resolve) => setImmediate(() => resolve([time, eventTime()])));
        },
      },
      () => get(server.origin, { agent: httpAgent() }),
    );
    const [event, after] = (await late) ?? [0, 0];
    expect(after).toBeGreaterThan(event);
  });

  it('is the time now after a hook that threw', async () => {
    const server = await scriptedServer(answerAll);
    hookWarnings();
    await runWithClientTrace(
      {
        getConn: () => {
          throw new Error('thrown by a test');
        },
      },
      () => get(server.origin, { agent: httpAgent() }),
    );
    const before = performance.now();
    expect(eventTime()).toBeGreaterThanOrEqual(before);
    await warned();
  });
});
