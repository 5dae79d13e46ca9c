/** Go: net/http/httptrace/trace_test.go and example_test.go. */
import { describe, expect, it } from 'vitest';

import { type ClientTrace, Context, contextClientTrace, withClientTrace } from '../../src/index.ts';
import { targets } from '../behaviours/drivers/table.ts';
import { answering } from '../behaviours/origin.ts';
import { behaviour, lookupOf, scene } from '../behaviours/scene.ts';

describe('TestWithClientTrace', () => {
  it('TestWithClientTrace: the new trace is called before the old one', () => {
    let called = '';
    const older = withClientTrace(Context.background, { connectStart: () => void (called += 'O') });
    const newer = withClientTrace(older, { connectStart: () => void (called += 'N') });
    contextClientTrace(newer)?.connectStart?.('tcp', 'addr');
    expect(called).toBe('NO');
  });
});

describe('TestCompose', () => {
  const connectStart =
    (name: string, called: string[]): Required<ClientTrace>['connectStart'] =>
    (_network, addr) =>
      void called.push(`${name} ${addr}`);

  it.each([
    { trace: true, old: false, want: ['T addr'] },
    { trace: true, old: true, want: ['T addr', 'O addr'] },
    { trace: false, old: true, want: ['O addr'] },
  ])('TestCompose: trace $trace, old $old calls $want', ({ trace, old, want }) => {
    const called: string[] = [];
    let ctx = Context.background;
    if (old) ctx = withClientTrace(ctx, { connectStart: connectStart('O', called) });
    ctx = withClientTrace(ctx, trace ? { connectStart: connectStart('T', called) } : {});
    contextClientTrace(ctx)?.connectStart?.('tcp', 'addr');
    expect(called).toEqual(want);
  });
});

behaviour('Example', targets(['lookup'], { scheme: 'http' }), (target) => {
  it('Example: prints the connection and the addresses', async () => {
    const { server, send } = await scene(target, answering, { lookup: lookupOf('127.0.0.1') });
    const printed: unknown[] = [];
    const ctx = withClientTrace(Context.background, {
      gotConn: ({ reused, wasIdle }) => void printed.push({ reused, wasIdle }),
      dnsDone: ({ addrs }) => void printed.push(addrs),
    });
    await ctx.run(() => send({ url: `http://example.test:${server.port}/` }));
    expect(printed).toEqual([[{ address: '127.0.0.1', family: 4 }], { reused: false, wasIdle: false }]);
  });
});
