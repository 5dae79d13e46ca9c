import { AsyncLocalStorage } from 'node:async_hooks';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { type ClientTrace, eventTime } from '../../src/index.ts';
import { Connection } from '../../src/events/connection.ts';
import { FakeRoundTrip } from '../record/fake-round-trip.ts';

const HOST_AND_ACCEPT = [
  { name: 'Host', values: ['example.test'] },
  { name: 'Accept', values: ['*/*'] },
];

function traced(trace: ClientTrace): FakeRoundTrip {
  const roundTrip = new FakeRoundTrip();
  roundTrip.traces = [trace];
  return roundTrip;
}

describe('hooks that are held', () => {
  it('are called in the next microtask, in order, with the times of their events', async () => {
    const calls: unknown[] = [];
    const roundTrip = traced({
      roundTripStart: () => calls.push(['roundTripStart', eventTime()]),
      getConn: (hostPort) => calls.push([hostPort, eventTime()]),
      roundTripDone: ({ err }) => calls.push([err, eventTime()]),
    });
    roundTrip.holdHooks();
    roundTrip.roundTripStart(1);
    roundTrip.getConn(2, 'example.test:80');
    expect(calls).toEqual([]);
    await Promise.resolve();
    roundTrip.roundTripDone(3, null);
    expect(calls).toEqual([
      ['roundTripStart', 1],
      ['example.test:80', 2],
      [null, 3],
    ]);
  });

  it('are all called before those of what one of them causes', async () => {
    const calls: string[] = [];
    const reason = new Error('aborted by a hook');
    const roundTrip = traced({
      roundTripStart() {
        calls.push('roundTripStart');
        roundTrip.roundTripDone(2, reason);
      },
      getConn: () => void calls.push('getConn'),
      roundTripDone: ({ err }) => void calls.push(String(err?.message)),
    });
    roundTrip.holdHooks();
    roundTrip.roundTripStart(1);
    roundTrip.getConn(1, 'example.test:80');
    await Promise.resolve();
    expect(calls).toEqual(['roundTripStart', 'getConn', reason.message]);
  });

  it('are called of a round trip that has ended meanwhile', async () => {
    const calls: string[] = [];
    const roundTrip = traced({
      roundTripStart: () => calls.push('roundTripStart'),
      roundTripDone: () => calls.push('roundTripDone'),
    });
    roundTrip.holdHooks();
    roundTrip.roundTripStart(1);
    roundTrip.roundTripDone(2, null);
    expect(calls).toEqual([]);
    await Promise.resolve();
    expect(calls).toEqual(['roundTripStart', 'roundTripDone']);
  });

  it('are called for the fields of a head where nobody has one for the head itself', async () => {
    const calls: unknown[] = [];
    const roundTrip = traced({ wroteHeaderField: (name) => calls.push(name) });
    roundTrip.sentHead = { fields: () => HOST_AND_ACCEPT };
    roundTrip.holdHooks();
    roundTrip.gotConn(1, new Connection(new PassThrough(), undefined, 1), false, false);
    roundTrip.wroteHeaders(2, false);
    expect(calls).toEqual([]);
    await Promise.resolve();
    expect(calls).toEqual(['Host', 'Accept']);
  });

  it('are each called with the events of their own round trip, of however many at once and again later', async () => {
    for (const turn of ['first', 'second']) {
      const told = new Map<number, unknown[]>();
      const roundTrips = Array.from({ length: 100 }, (_, index) => {
        const calls: unknown[] = [];
        told.set(index, calls);
        return traced({
          getConn: (hostPort) => calls.push([hostPort, eventTime()]),
          connectDone: (...args) => calls.push(args),
          roundTripDone: () => calls.push('done'),
        });
      });
      for (const roundTrip of roundTrips) roundTrip.holdHooks();
      // In turns, so that those of all are held at the same time.
      for (const [index, roundTrip] of roundTrips.entries()) roundTrip.getConn(index, `${turn}:${index}`);
      for (const [index, roundTrip] of roundTrips.entries()) {
        // Of different lengths.
        for (let i = 0; i < index % 7; i++) roundTrip.connectDone(i, 'tcp', `${turn}:${index}:${i}`, null);
      }
      await Promise.resolve();
      for (const [index, roundTrip] of roundTrips.entries()) {
        roundTrip.roundTripDone(1000, null);
        const connects = Array.from({ length: index % 7 }, (_, i) => ['tcp', `${turn}:${index}:${i}`, null]);
        expect(told.get(index)).toEqual([[`${turn}:${index}`, index], ...connects, 'done']);
      }
    }
  });

  it('are each called in the async context in which they were held', async () => {
    const storage = new AsyncLocalStorage<string>();
    const calls: unknown[] = [];
    for (const user of ['a', 'b', 'c']) {
      storage.run(user, () => {
        const roundTrip = traced({ getConn: (hostPort) => calls.push([hostPort, storage.getStore()]) });
        roundTrip.holdHooks();
        roundTrip.getConn(1, user);
      });
    }
    await Promise.resolve();
    expect(calls).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });

  it('do not hold what is recorded', () => {
    const roundTrip = traced({ getConn() {} });
    const events: string[] = [];
    roundTrip.addSink({ event: ({ name }) => void events.push(name) });
    roundTrip.holdHooks();
    roundTrip.roundTripStart(1);
    expect(events).toEqual(['roundTripStart']);
  });
});

describe('a hook for a header field that aborts its request', () => {
  it('is called for all fields, and wroteHeaders after them, before the end is told', () => {
    const calls: unknown[] = [];
    const roundTrip = traced({
      wroteHeaderField(name) {
        calls.push(name);
        roundTrip.roundTripDone(3, new Error('aborted by a hook'));
      },
      wroteHeaders: () => calls.push('wroteHeaders'),
      wait100Continue: () => calls.push('wait100Continue'),
      wroteRequest: () => void calls.push('wroteRequest'),
      roundTripDone: () => void calls.push('roundTripDone'),
    });
    roundTrip.sentHead = { fields: () => HOST_AND_ACCEPT };
    roundTrip.gotConn(1, new Connection(new PassThrough(), undefined, 1), false, false);
    roundTrip.wroteHeaders(2, true);
    expect(calls).toEqual(['Host', 'Accept', 'wroteHeaders', 'wroteRequest', 'roundTripDone']);
  });
});
