import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { Connection } from '../../src/events/connection.ts';
import { CapturePool } from '../../src/record/capture-pool.ts';
import { Capture, MOMENT } from '../../src/record/capture.ts';
import { connectionFacts } from '../../src/record/connection-record.ts';
import { DialBuilder } from '../../src/record/dial-builder.ts';
import { FakeRoundTrip } from './fake-round-trip.ts';

/** One in which every field is other than at first. */
function full(): Capture {
  const capture = new Capture();
  capture.add(1, 2, 3);
  capture.callSite = ['here'];
  capture.hostPort = 'host:80';
  const roundTrip = new FakeRoundTrip();
  const connection = new Connection(new PassThrough(), undefined, 0);
  connection.take(roundTrip, false, false, 0);
  connection.take(roundTrip, true, true, 1);
  capture.got(connection, connectionFacts(connection));
  capture.dial = new DialBuilder();
  capture.informational = [];
  capture.details = [];
  capture.error = new Error('of the one before');
  capture.writeFailed = true;
  roundTrip.responseFields = ['Server', 'a'];
  roundTrip.trailers = ['Trailer', 'a'];
  roundTrip.facts = () => ({
    requestHttpVersion: '1.1',
    bytesWritten: 1,
    bytesRead: 2,
    bodyBytes: 3,
    responseFields: roundTrip.responseFields,
    trailers: roundTrip.trailers,
  });
  capture.close(roundTrip, undefined);
  capture.done = true;
  capture.status = 200;
  capture.statusText = 'OK';
  capture.httpVersion = '1.1';
  capture.after = 'closed';
  capture.closeReason = 'error';
  capture.ownDial = true;
  return capture;
}

/** Always told of a round trip, so nothing of the one before can be left. */
const TOLD_AT_THE_END = [
  'id',
  'callId',
  'attempt',
  'reason',
  'callKnown',
  'intercepted',
  'client',
  'clientVersion',
  'method',
  'requestHttpVersion',
];

describe('a pool of captures', () => {
  it('gives one again as if it were new', () => {
    const pool = new CapturePool();
    const used = full();
    pool.give(used);
    const again = pool.take();
    expect(again).toBe(used);
    for (const [name, value] of Object.entries(new Capture())) {
      if (TOLD_AT_THE_END.includes(name)) continue;
      expect([name, Reflect.get(again, name)]).toEqual([name, value]);
    }
  });

  it('gives one with the dial that it had, to be another one', () => {
    const pool = new CapturePool();
    const capture = new Capture();
    const dial = capture.dialled();
    dial.dnsStart('example.test');
    pool.give(capture);
    const again = pool.take();
    expect(again.dial).toBeUndefined();
    expect(again.dialled()).toBe(dial);
    expect(again.dial).toBe(dial);
    expect(dial.host).toBeUndefined();
  });

  it('gives each to one only', () => {
    const pool = new CapturePool();
    pool.give(new Capture());
    pool.give(new Capture());
    expect(new Set([pool.take(), pool.take(), pool.take()]).size).toBe(3);
  });

  it('keeps the events of each apart, however many it has', () => {
    const pool = new CapturePool();
    // More than fit into one page, and one of them with more events than it had room for.
    const captures = Array.from({ length: 150 }, () => pool.take());
    const eventsOf = (index: number) => (index === 70 ? 40 : 14);
    for (let event = 0; event < 40; event++) {
      for (const [index, capture] of captures.entries()) {
        if (event < eventsOf(index)) capture.add(event, index * 100 + event, -index);
      }
    }
    for (const [index, capture] of captures.entries()) {
      const expected = Array.from({ length: eventsOf(index) }, (_, event) => [
        event,
        index * 100 + event,
        -index,
      ]);
      const found = expected.map((_, event) => {
        const at = event * MOMENT;
        return [capture.codeAt(at), capture.timeAt(at), capture.idleAt(at)];
      });
      expect(found).toEqual(expected);
      expect(capture.length).toBe(expected.length * MOMENT);
    }
  });

  it('does not keep one that many events have made large', () => {
    const pool = new CapturePool();
    const large = new Capture();
    for (let event = 0; event < 100; event++) large.add(1, event, 0);
    expect(large.length).toBe(100 * MOMENT);
    pool.give(large);
    expect(pool.take()).not.toBe(large);
  });

  it('keeps no more than were of use at once in a usual program', () => {
    const pool = new CapturePool();
    const many = Array.from({ length: 1000 }, () => new Capture());
    for (const one of many) pool.give(one);
    const known = new Set(many);
    const taken = Array.from({ length: 1000 }, () => pool.take());
    expect(taken.filter((one) => known.has(one))).toHaveLength(64);
  });
});
