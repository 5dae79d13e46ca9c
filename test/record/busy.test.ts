import { describe, expect, it } from 'vitest';

import { Recorder, type RoundTripRecord, runWithClientTrace } from '../../src/index.ts';
import { loopIdle, withLoopIdle } from '../../src/events/clock.ts';
import type { PhaseName } from '../../src/record/types.ts';
import { appServer } from '../helpers/app-server.ts';
import { get, httpAgent } from '../http/exchange.ts';

/** Milliseconds for which the event loop is blocked on purpose. */
const BLOCK = 60;

function block(): void {
  const end = performance.now() + BLOCK;
  while (performance.now() < end);
}

/** Records a GET during which `when` has the loop blocked. */
async function blockedIn(
  hook: 'getConn' | 'dnsStart' | 'connectStart' | 'gotConn' | 'wroteRequest' | 'gotFirstResponseByte',
): Promise<RoundTripRecord> {
  const { origin } = await appServer((_request, response) => {
    response.write('o');
    setTimeout(() => response.end('k'), 5);
  });
  const recorder = new Recorder();
  const agent = httpAgent();
  await recorder.run(() =>
    runWithClientTrace({ [hook]: block }, () => get(origin.replace('127.0.0.1', 'localhost'), { agent })),
  );
  await recorder.flush();
  return recorder.records[0]!;
}

describe('how busy the event loop was', () => {
  it.each<[Parameters<typeof blockedIn>[0], PhaseName]>([
    ['getConn', 'queued'],
    ['dnsStart', 'dns'],
    ['connectStart', 'connect'],
    ['gotConn', 'send'],
    ['wroteRequest', 'wait'],
    ['gotFirstResponseByte', 'receive'],
  ])('is told of the phase in which it was blocked: after %s %s', async (hook, name) => {
    const { phases } = await blockedIn(hook);
    const phase = phases.find((one) => one.name === name);
    expect(phase?.busy).toBeGreaterThan(BLOCK * 0.95);
    for (const { busy = 0, duration } of phases) expect(busy).toBeLessThanOrEqual(duration);
  });

  it('is little while a request only waits for its server', async () => {
    const { origin } = await appServer(
      (_request, response) => void setTimeout(() => response.end('ok'), 200),
    );
    const recorder = new Recorder();
    await recorder.run(() => get(origin, { agent: httpAgent() }));
    await recorder.flush();
    const wait = recorder.records[0]!.phases.find(({ name }) => name === 'wait');
    expect(wait!.duration).toBeGreaterThan(190);
    expect(wait!.busy ?? 0).toBeLessThan(wait!.duration / 2);
  });

  it('is that of the moment of an event that is told later', () => {
    const before = loopIdle();
    withLoopIdle(before + 5, () => expect(loopIdle()).toBe(before + 5));
    expect(loopIdle()).not.toBe(before + 5);
  });
});
