import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseServerTiming } from '../../src/record/server-timing.ts';
import { FakeRoundTrip } from './fake-round-trip.ts';

describe('Server-Timing', () => {
  it.each([
    // Examples of the specification.
    ['miss', [{ name: 'miss' }]],
    ['miss, db;dur=53', [{ name: 'miss' }, { name: 'db', duration: 53 }]],
    ['dc;desc=atl', [{ name: 'dc', description: 'atl' }]],
    ['cache;desc="Cache Read";dur=23.2', [{ name: 'cache', duration: 23.2, description: 'Cache Read' }]],
    ['total;dur=123.4', [{ name: 'total', duration: 123.4 }]],
    // White space and case.
    [
      ' a ; dur = 1 , b ;DUR=2;\tDesc=x ',
      [
        { name: 'a', duration: 1 },
        { name: 'b', duration: 2, description: 'x' },
      ],
    ],
    // Quoted strings have commas, semicolons and quotes to themselves, and end where they end.
    ['a;desc="x, y; z=\\"1\\" \\\\";dur=1', [{ name: 'a', duration: 1, description: 'x, y; z="1" \\' }]],
    ['a;desc="x"y;dur=1', [{ name: 'a', duration: 1, description: 'x' }]],
    ['a;dur="1.5"', [{ name: 'a', duration: 1.5 }]],
    ['a;desc=""', [{ name: 'a', description: '' }]],
    ['a;desc', [{ name: 'a', description: '' }]],
    // The first parameter of a name counts, others are nobody's.
    ['a;dur=1;dur=2;desc=x;desc=y;more=z', [{ name: 'a', duration: 1, description: 'x' }]],
    ['a;dur=x;dur=2', [{ name: 'a' }]],
    // What cannot be read.
    ['', []],
    [' , ;, ', []],
    ['a b;dur=1, c;dur=2', [{ name: 'c', duration: 2 }]],
    ['"a", é, c', [{ name: 'c' }]],
    [
      'a;dur=, b;dur=Infinity, c;dur=1e999, d;dur=-1, e;dur=1e2',
      [
        { name: 'a' },
        { name: 'b' },
        { name: 'c' },
        { name: 'd', duration: -1 },
        { name: 'e', duration: 100 },
      ],
    ],
    ['a;desc="never ends, b;dur=2', [{ name: 'a', description: 'never ends, b;dur=2' }]],
    ['a;desc="\\', [{ name: 'a', description: '' }]],
    ['__proto__;dur=1, constructor', [{ name: '__proto__', duration: 1 }, { name: 'constructor' }]],
  ])('%s', (value, expected) => {
    expect(parseServerTiming(value)).toStrictEqual(expected);
  });

  it('is JSON, whatever was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a,;="\\ 1.e-durdesc\t'.split('')) }), (value) => {
        const entries = parseServerTiming(value);
        expect(JSON.parse(JSON.stringify(entries))).toStrictEqual(entries);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to the length', () => {
    for (const part of ['a,', 'a;', '"', '\\', 'a;dur=', 'a;desc="', ' ', '"\\', ',"', '=']) {
      const value = part.repeat(300_000);
      const began = performance.now();
      parseServerTiming(value);
      parseServerTiming(`a;desc="${value}`);
      // A quadratic one takes minutes.
      expect(performance.now() - began, part).toBeLessThan(5000);
    }
  });

  it('is read from every such field of the head and the trailers', () => {
    const roundTrip = new FakeRoundTrip();
    roundTrip.responseFields = ['Server-Timing', 'a;dur=1', 'X-Other-Field', 'no', 'server-timing', 'b, c'];
    roundTrip.trailers = ['SERVER-TIMING', 'd;dur=4'];
    roundTrip.gotResponse(1, { status: 200, statusText: 'OK', httpVersion: '1.1', header: {} });
    expect(roundTrip.record().response?.serverTiming).toStrictEqual([
      { name: 'a', duration: 1 },
      { name: 'b' },
      { name: 'c' },
      { name: 'd', duration: 4 },
    ]);
  });
});
