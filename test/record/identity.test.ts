import { Worker, isMainThread, threadId } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

import { globalId, processInfo, wallTime } from '../../src/record/process-info.ts';
import { aNumber } from './matchers.ts';
import { FakeRoundTrip } from './fake-round-trip.ts';

describe('the identity of a record', () => {
  it('names process, thread and number', () => {
    expect(globalId(12)).toBe(`${process.pid}-${threadId}-12`);
    expect(processInfo()).toEqual({ pid: process.pid, threadId, node: process.version });
    expect(isMainThread).toBe(threadId === 0);
  });

  it('is another one for each round trip, and the call’s where the client does not tell', () => {
    const first = new FakeRoundTrip().record();
    const second = new FakeRoundTrip().record();
    expect(first.id).not.toBe(second.id);
    expect(first.call).toEqual({ id: first.id, attempt: 1, reason: 'first', known: false });
  });

  it('is the call’s own id where the client tells', () => {
    const roundTrip = new FakeRoundTrip();
    Object.assign(roundTrip, { callId: 3, attempt: 2, reason: 'retry', callKnown: true });
    expect(roundTrip.record().call).toEqual({
      id: globalId(3),
      attempt: 2,
      reason: 'retry',
      known: true,
    });
  });

  it('differs in a worker thread', async () => {
    const source = new URL('../../src/record/process-info.ts', import.meta.url).href;
    const code = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(source)}).then(
        ({ globalId, processInfo }) => parentPort.postMessage([globalId(1), processInfo().threadId]),
        (error) => parentPort.postMessage(String(error)),
      );`;
    // Node before 22.18 needs to be asked to strip types; where it cannot, the compiled file would be needed.
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 18)) return;
    const worker = new Worker(code, { eval: true });
    const message: unknown = await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    expect(message).toEqual([`${process.pid}-${worker.threadId === -1 ? 1 : worker.threadId}-1`, aNumber]);
  });
});

describe('the time of a record', () => {
  it('is anchored to the clock on the wall', () => {
    const roundTrip = new FakeRoundTrip();
    roundTrip.roundTripStart(1234.5678);
    const record = roundTrip.record();
    expect(record.start).toBe(1234.568);
    expect(record.wallTime).toBe(wallTime(1234.568));
    expect(Math.abs(record.wallTime - (performance.timeOrigin + 1234.568))).toBeLessThan(0.001);
    expect(record.events[0]).toEqual({ name: 'roundTripStart', time: 1234.568 });
  });

  it('goes with the clock on the wall', () => {
    // The two clocks are read one after the other, and the wall's may be adjusted meanwhile.
    expect(Math.abs(wallTime(performance.now()) - Date.now())).toBeLessThan(1000);
  });
});
