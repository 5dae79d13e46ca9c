import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/analyze/histogram.ts';
import { percentile } from '../../src/view/stats.ts';

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

const durations = fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

describe('Histogram', () => {
  it('tells percentiles within 1 %, smallest, largest and mean exactly', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        const histogram = of(values);
        const ascending = [...values].sort((a, b) => a - b);
        const exact = percentile(ascending, percent);
        expect(Math.abs(histogram.percentile(percent) - exact)).toBeLessThanOrEqual(exact * 0.01);
        expect(histogram.min).toBe(ascending[0]);
        expect(histogram.max).toBe(ascending.at(-1));
        expect(histogram.percentile(100)).toBe(ascending.at(-1));
        expect(histogram.count).toBe(values.length);
        expect(histogram.mean).toBeCloseTo(values.reduce((sum, one) => sum + one, 0) / values.length, 5);
      }),
    );
  });

  it('is the same whether counted at once or merged', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const merged = of(a);
        merged.merge(of(b));
        const whole = of([...a, ...b]);
        for (const percent of [0, 10, 50, 90, 99, 100]) {
          expect(merged.percentile(percent)).toBe(whole.percentile(percent));
        }
        expect(merged.count).toBe(whole.count);
      }),
    );
  });

  it('takes nothing, and values beyond its range', () => {
    expect(of([]).percentile(50)).toBeNaN();
    expect(of([]).mean).toBeNaN();
    const merged = of([]);
    merged.merge(of([]));
    expect(merged.count).toBe(0);
    expect(of([0, 0]).percentile(50)).toBe(0);
    expect(of([1e300, 5]).percentile(100)).toBe(1e300);
    expect(of([1e300, 5]).percentile(50)).toBeCloseTo(5, 1);
  });
});
