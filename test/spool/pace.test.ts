import { describe, expect, it } from 'vitest';

import { Pace } from '../../src/spool/pace.ts';

/** How many of `count` round trips are admitted that begin at even distances from `from` to `to`. */
function admitted(pace: Pace, count: number, from: number, to: number): number {
  let admitted = 0;
  for (let i = 0; i < count; i++) {
    if (pace.admits(from + ((to - from) * i) / count)) admitted++;
  }
  return admitted;
}

describe('Pace', () => {
  it('admits all that come no faster than it says', () => {
    expect(admitted(new Pace(1000), 900, 5000, 6000)).toBe(900);
  });

  it('is open exactly when it would admit the next', () => {
    const pace = new Pace(10);
    for (let time = 5000; time < 8000; time += 7) expect(pace.isOpen(time)).toBe(pace.admits(time));
    expect(new Pace(Infinity).isOpen(1)).toBe(true);
  });

  it('admits as many at once as it admits in a second', () => {
    expect(admitted(new Pace(1000), 1000, 5000, 5000)).toBe(1000);
    expect(admitted(new Pace(1000), 5000, 5000, 5000)).toBe(1000);
  });

  it('spreads what it admits over the second', () => {
    const pace = new Pace(1000);
    admitted(pace, 1000, 5000, 5000);
    for (let i = 0; i < 10; i++) {
      const count = admitted(pace, 2000, 5000 + i * 100, 5100 + i * 100);
      expect(Math.abs(count - 100)).toBeLessThanOrEqual(1);
    }
  });

  it('admits fewer where they would take more than their share of the time', () => {
    const pace = new Pace(1000, { busy: 0.05, idle: 0.1 });
    admitted(pace, 1000, 5000, 5000);
    // 0.5 ms for each, because four times its encoding is all that is done for it but writing.
    pace.noteCost({ encoding: 1, writing: 1, records: 10, idle: 0 });
    expect(Math.abs(admitted(pace, 10_000, 5000, 6000) - 100)).toBeLessThanOrEqual(1);
  });

  it('admits more where the thread waits, for whose time nobody pays', () => {
    const counts = [0, 0.5, 1].map((idle) => {
      const pace = new Pace(1000, { busy: 0.02, idle: 0.1 });
      admitted(pace, 1000, 5000, 5000);
      pace.noteCost({ encoding: 1, writing: 1, records: 10, idle });
      return admitted(pace, 10_000, 5000, 6000);
    });
    // 0.5 ms for each: 2, 6 and 10 parts of a hundred of a second.
    for (const [i, count] of [40, 120, 200].entries())
      expect(Math.abs((counts[i] ?? 0) - count)).toBeLessThanOrEqual(1);
  });

  it('admits no more than it says where they would take less', () => {
    const pace = new Pace(1000, { busy: 0.05, idle: 0.1 });
    admitted(pace, 1000, 5000, 5000);
    pace.noteCost({ encoding: 0.01, writing: 0, records: 10, idle: 0 });
    expect(admitted(pace, 10_000, 5000, 6000)).toBe(999);
  });

  it('forgets that the first ones took longer, as code does that is new', () => {
    const pace = new Pace(1000, { busy: 0.05, idle: 0.1 });
    admitted(pace, 1000, 5000, 5000);
    pace.noteCost({ encoding: 100, writing: 0, records: 10, idle: 0 });
    for (let i = 0; i < 150; i++) pace.noteCost({ encoding: 0.01, writing: 0, records: 10, idle: 0 });
    expect(admitted(pace, 10_000, 5000, 6000)).toBe(999);
  });

  it('admits everything when it is infinite', () => {
    const pace = new Pace(Infinity);
    pace.noteCost({ encoding: 100, writing: 0, records: 1, idle: 1 });
    expect(admitted(pace, 100_000, 5000, 5000)).toBe(100_000);
  });
});
