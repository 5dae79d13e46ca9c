import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  durationScale,
  formatBytes,
  formatDuration,
  formatThroughput,
  ordinal,
  plural,
} from '../../src/view/format.ts';

describe('durationScale', () => {
  it('writes milliseconds with as many decimals as the longest duration is worth', () => {
    expect(durationScale(37.78).text(2.314)).toBe('2.31 ms');
    expect(durationScale(455.7).text(2.314)).toBe('2.3 ms');
    expect(durationScale(12_345).text(2314)).toBe('2.31 s');
  });

  it('never rounds what happened to zero', () => {
    expect(durationScale(455.7).text(0.02)).toBe('<0.1 ms');
    expect(durationScale(37).text(0.002)).toBe('<0.01 ms');
    expect(durationScale(37).text(0)).toBe('0.00 ms');
  });
});

describe('formatDuration', () => {
  it('uses the unit that fits', () => {
    expect([0.123, 45.61, 999.4, 999.6, 1234, 59_940, 59_960, 125_000].map(formatDuration)).toEqual([
      '0.12 ms',
      '45.6 ms',
      '999 ms',
      '1.00 s',
      '1.23 s',
      '59.9 s',
      '1 min 0 s',
      '2 min 5 s',
    ]);
  });
});

describe('formatBytes', () => {
  it('uses decimal units', () => {
    expect([0, 999, 1000, 1240, 45_600, 999_400, 999_600, 1_250_000, 3e15].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '1.24 kB',
      '45.6 kB',
      '999 kB',
      '1.00 MB',
      '1.25 MB',
      '3000 TB',
    ]);
  });

  it('never writes four digits before a unit that has a bigger one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e14 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^(\d{1,3}|\d{1,2}\.\d|\d\.\d\d) (B|kB|MB|GB|TB)$/);
      }),
    );
  });
});

describe('formatThroughput', () => {
  it('is silent when the time is too short to tell', () => {
    expect(formatThroughput(1_000_000, 500)).toBe('2.00 MB/s');
    expect(formatThroughput(1_000_000, 0.4)).toBeUndefined();
  });
});

describe('plural and ordinal', () => {
  it('speak English', () => {
    expect([plural(0, 'day'), plural(1, 'day'), plural(2, 'day')]).toEqual(['0 days', '1 day', '2 days']);
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual([
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '102nd',
      '111th',
    ]);
  });
});
