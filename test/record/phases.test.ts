import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Moments, lastPhase, microseconds, phasesOf } from '../../src/record/phases.ts';
import { expectPartition } from './valid.ts';

const NOTHING: Moments = {
  start: 1000,
  end: 1010,
  dnsStart: undefined,
  connectStart: undefined,
  connectDone: undefined,
  tlsStart: undefined,
  gotConn: undefined,
  wroteRequest: undefined,
  firstByte: undefined,
  gotResponse: undefined,
  informational: false,
  dialCounts: false,
  proxied: false,
};
const DIALLED: Moments = {
  ...NOTHING,
  dialCounts: true,
  dnsStart: 1001,
  connectStart: 1002,
  connectDone: 1003,
  tlsStart: 1004,
  gotConn: 1005,
  wroteRequest: 1006,
  firstByte: 1008,
  gotResponse: 1009,
};

/** `name start+duration` of each phase. */
function phases(moments: Partial<Moments>, of: Moments = NOTHING): string[] {
  return phasesOf({ ...of, ...moments }).map((phase) => `${phase.name} ${phase.start}+${phase.duration}`);
}

describe('the phases of a round trip', () => {
  it('are all that its dial and its exchange had', () => {
    expect(phases({}, DIALLED)).toEqual([
      'queued 0+1',
      'dns 1+1',
      'connect 2+2',
      'tls 4+1',
      'send 5+1',
      'wait 6+2',
      'receive 8+2',
    ]);
  });

  it('have the time between connection and handshake as the proxy’s where there is one', () => {
    expect(phases({ proxied: true, dnsStart: undefined }, DIALLED)).toEqual([
      'queued 0+2',
      'connect 2+1',
      'proxy 3+1',
      'tls 4+1',
      'send 5+1',
      'wait 6+2',
      'receive 8+2',
    ]);
  });

  it('leave out the dial when another connection was used: that time it was queued', () => {
    expect(phases({ dialCounts: false }, DIALLED)).toEqual([
      'queued 0+5',
      'send 5+1',
      'wait 6+2',
      'receive 8+2',
    ]);
  });

  it('end send at the first byte when the response came before the request was written', () => {
    const early = { gotConn: 1001, firstByte: 1003, gotResponse: 1004, wroteRequest: 1006 };
    expect(phases(early)).toEqual(['queued 0+1', 'send 1+2', 'receive 3+7']);
    expect(phases({ ...early, wroteRequest: undefined })).toEqual(['queued 0+1', 'send 1+2', 'receive 3+7']);
  });

  it('wait for the final head when a 1xx came first', () => {
    const informed = { gotConn: 1000, firstByte: 1002, wroteRequest: 1003, informational: true };
    expect(phases({ ...informed, gotResponse: 1008 })).toEqual(['send 0+3', 'wait 3+5', 'receive 8+2']);
    expect(phases(informed)).toEqual(['send 0+3', 'wait 3+7']);
  });

  it.each<[string, Partial<Moments>, string[]]>([
    ['queued', { dnsStart: undefined, connectStart: undefined, tlsStart: undefined }, ['queued 0+10']],
    [
      'dns',
      { connectStart: undefined, connectDone: undefined, tlsStart: undefined },
      ['queued 0+1', 'dns 1+9'],
    ],
    ['connect', { tlsStart: undefined }, ['queued 0+1', 'dns 1+1', 'connect 2+8']],
    ['proxy', { tlsStart: undefined, proxied: true }, ['queued 0+1', 'dns 1+1', 'connect 2+1', 'proxy 3+7']],
    ['tls', {}, ['queued 0+1', 'dns 1+1', 'connect 2+2', 'tls 4+6']],
  ])('last to the end in %s when the dial failed there', (phase, moments, expected) => {
    const failed = { ...DIALLED, gotConn: undefined, wroteRequest: undefined, firstByte: undefined };
    expect(phases(moments, failed)).toEqual(expected);
    expect(lastPhase({ ...failed, ...moments })).toBe(phase);
  });

  it.each<[string, Partial<Moments>]>([
    ['send', {}],
    ['wait', { wroteRequest: 1010 }],
    ['receive', { wroteRequest: 1005, firstByte: 1010 }],
  ])('name %s as the place of a failure, also when it had no time', (phase, moments) => {
    expect(lastPhase({ ...NOTHING, gotConn: 1010, ...moments })).toBe(phase);
  });

  it('place a failure of a round trip that waited for a connection of others in queued', () => {
    expect(lastPhase({ ...NOTHING, dnsStart: 1001, connectStart: 1002 })).toBe('queued');
  });

  it('begin with the round trip when its dial had begun before', () => {
    const before = { ...NOTHING, dialCounts: true, dnsStart: 990, connectStart: 995, connectDone: 1002 };
    expect(phases({ gotConn: 1002, wroteRequest: 1003 }, before)).toEqual([
      'connect 0+2',
      'send 2+1',
      'wait 3+7',
    ]);
  });

  it('are none when it took no time', () => {
    expect(phases({ end: 1000 })).toEqual([]);
  });
});

const maybe = (time: fc.Arbitrary<number>) => fc.option(time, { nil: undefined, freq: 3 });
const time = fc.oneof(fc.double({ min: 900, max: 1100, noNaN: true }), fc.integer({ min: 995, max: 1015 }));
/** Moments in any order, also impossible ones: what a probe tells wrongly must not make phases that lie. */
const anyMoments: fc.Arbitrary<Moments> = fc.record({
  start: fc.constant(1000),
  end: fc.double({ min: 1000, max: 1100, noNaN: true }),
  dnsStart: maybe(time),
  connectStart: maybe(time),
  connectDone: maybe(time),
  tlsStart: maybe(time),
  gotConn: maybe(time),
  wroteRequest: maybe(time),
  firstByte: maybe(time),
  gotResponse: maybe(time),
  informational: fc.boolean(),
  dialCounts: fc.boolean(),
  proxied: fc.boolean(),
});
/** Moments in the order in which they can happen, each there or not. */
const possibleMoments = fc
  .tuple(
    fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 9, maxLength: 9 }),
    fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    fc.boolean(),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([steps, there, informational, dialCounts, proxied]): Moments => {
    let at = 1000;
    const times = steps.map((step) => (at += step));
    const [dnsStart, connectStart, connectDone, tlsStart, gotConn, wroteRequest, firstByte, gotResponse] =
      times.slice(0, 8).map((one, index) => (there[index] === true ? one : undefined));
    return {
      start: 1000,
      end: at,
      dnsStart,
      connectStart,
      connectDone,
      tlsStart,
      gotConn,
      ...(gotConn === undefined
        ? { wroteRequest: undefined, firstByte: undefined, gotResponse: undefined }
        : { wroteRequest, firstByte, gotResponse }),
      informational,
      dialCounts,
      proxied,
    };
  });

function durationOf(moments: Moments, name: string): number | undefined {
  return phasesOf(moments).find((phase) => phase.name === name)?.duration;
}

describe('the phases of any moments', () => {
  it('partition the total: in order, no gap, no overlap, none of 0, together as long as it', () => {
    fc.assert(
      fc.property(fc.oneof(anyMoments, possibleMoments), (moments) => {
        expectPartition(phasesOf(moments), microseconds(moments.end - moments.start));
      }),
      { numRuns: 2000 },
    );
  });

  it('end send at the earlier of wroteRequest and the response’s start', () => {
    fc.assert(
      fc.property(possibleMoments, (moments) => {
        const { gotConn, wroteRequest, firstByte, gotResponse, informational, end } = moments;
        fc.pre(gotConn !== undefined);
        const response = informational ? gotResponse : firstByte;
        const until = Math.min(wroteRequest ?? end, response ?? end);
        expect(durationOf(moments, 'send') ?? 0).toBeCloseTo(until - gotConn, 2);
        expect(durationOf(moments, 'receive') ?? 0).toBeCloseTo(
          response === undefined ? 0 : end - response,
          2,
        );
      }),
    );
  });

  it('have a dial only where it counts, and nothing of the exchange without a connection', () => {
    fc.assert(
      fc.property(fc.oneof(anyMoments, possibleMoments), (moments) => {
        const names = phasesOf(moments).map(({ name }) => name);
        if (!moments.dialCounts) {
          expect(names.filter((name) => ['dns', 'connect', 'proxy', 'tls'].includes(name))).toEqual([]);
        }
        if (moments.gotConn === undefined) {
          expect(names.filter((name) => ['send', 'wait', 'receive'].includes(name))).toEqual([]);
        }
        if (moments.dnsStart === undefined) expect(names).not.toContain('dns');
        if (moments.connectStart === undefined) expect(names).not.toContain('connect');
        if (moments.tlsStart === undefined) expect(names).not.toContain('tls');
        if (!moments.proxied) expect(names).not.toContain('proxy');
      }),
    );
  });
});

describe('microseconds', () => {
  it('rounds milliseconds to three decimals and knows no negative zero', () => {
    expect(microseconds(1.23456)).toBe(1.235);
    expect(microseconds(-0.00001)).toBe(0);
    expect(Object.is(microseconds(-0.00001), 0)).toBe(true);
  });
});
