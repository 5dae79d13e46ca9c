import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutWaterfall, PHASES } from '../../src/view/layout.ts';
import { axisTicks } from '../../src/view/ticks.ts';
import { failedRoundTrip, redirects, rich, roundTrip, type Durations } from './fixtures.ts';

const durations: fc.Arbitrary<Durations> = fc.record(
  Object.fromEntries(PHASES.map((phase) => [phase, fc.double({ min: 0, max: 1e5, noNaN: true })])),
  { requiredKeys: [] },
);

describe('layoutWaterfall', () => {
  it('has one row a phase, in the order in which phases happen', () => {
    const [group] = layoutWaterfall([
      roundTrip({ durations: { dns: 1, connect: 2, send: 1, wait: 4 } }),
    ]).groups;
    expect(group?.rows.map((row) => row.phase)).toEqual(['dns', 'connect', 'send', 'wait']);
    expect(group?.rows.map((row) => row.bars)).toEqual([
      [{ from: 0, to: 0.125 }],
      [{ from: 0.125, to: 0.375 }],
      [{ from: 0.375, to: 0.5 }],
      [{ from: 0.5, to: 1 }],
    ]);
  });

  it('puts both handshakes of a TLS proxy into one row', () => {
    const record = roundTrip({
      phases: [
        { name: 'connect', start: 0, duration: 1 },
        { name: 'tls', start: 1, duration: 1 },
        { name: 'proxy', start: 2, duration: 1 },
        { name: 'tls', start: 3, duration: 1 },
      ],
      duration: 4,
    });
    const rows = layoutWaterfall([record]).groups[0]?.rows;
    expect(rows?.map((row) => [row.phase, row.bars.length, row.duration])).toEqual([
      ['connect', 1, 1],
      ['proxy', 1, 1],
      ['tls', 2, 2],
    ]);
  });

  it('puts redirects on one axis, from the first start to the last end', () => {
    const { duration, groups } = layoutWaterfall(redirects);
    expect(duration).toBeCloseTo(106.8);
    expect(groups[0]?.span.from).toBe(0);
    expect(groups[1]?.span.from).toBeCloseTo(23.4 / 106.8);
    expect(groups[2]?.span.to).toBe(1);
  });

  it('puts round trips of several processes together by their wall clocks', () => {
    const other = { pid: 5, threadId: 0, node: 'v20.20.2' };
    const first = roundTrip({ durations: { wait: 10 }, start: 5000 });
    const second = roundTrip({
      durations: { wait: 10 },
      start: 77,
      process: other,
      wallTime: first.wallTime + 30,
    });
    const { duration, groups } = layoutWaterfall([first, second]);
    expect(duration).toBe(40);
    expect(groups[1]?.span).toEqual({ from: 0.75, to: 1 });
  });

  it('marks a 1xx response on the phase in which it came', () => {
    const rows = layoutWaterfall([rich]).groups[0]?.rows ?? [];
    const marked = rows.filter((row) => row.marks.length > 0);
    expect(marked.map((row) => row.phase)).toEqual(['wait']);
    expect(marked[0]?.marks.map((mark) => mark.status)).toEqual([103, 102]);
    expect(marked[0]?.marks[0]?.at).toBeCloseTo(330 / 455.7);
  });

  it('marks a 1xx response that came in one piece with the final one at the end of the wait', () => {
    const informational = [{ status: 103, time: 1005.0004, header: [] }];
    const record = roundTrip({ durations: { send: 1, wait: 4, receive: 5 }, informational });
    const marked = layoutWaterfall([record]).groups[0]?.rows.filter((row) => row.marks.length > 0);
    expect(marked?.map((row) => row.phase)).toEqual(['wait']);
  });

  it('has a row for the phase that failed even when it took no time', () => {
    const record = failedRoundTrip('connect', { message: 'x' }, { durations: { dns: 2 } });
    const rows = layoutWaterfall([record]).groups[0]?.rows;
    expect(rows?.map((row) => [row.phase, row.failed])).toEqual([
      ['dns', false],
      ['connect', true],
    ]);
    expect(rows?.[1]?.bars).toEqual([{ from: 1, to: 1 }]);
  });

  it('is empty for no records, and has no length for a record without duration', () => {
    expect(layoutWaterfall([])).toEqual({ duration: 0, groups: [] });
    expect(layoutWaterfall([roundTrip({ durations: {} })]).duration).toBe(0);
  });

  it('keeps every bar on the axis and bars of neighbours together', () => {
    fc.assert(
      fc.property(durations, (given) => {
        const rows = layoutWaterfall([roundTrip({ durations: given })]).groups[0]?.rows ?? [];
        let end = 0;
        for (const { bars } of rows) {
          expect(bars[0]?.from).toBeCloseTo(end, 6);
          expect(bars[0]?.to).toBeLessThanOrEqual(1);
          end = bars[0]?.to ?? end;
        }
      }),
    );
  });
});

describe('axisTicks', () => {
  it('stands at round numbers, the last one with the unit', () => {
    expect(axisTicks(37.78, 6).map((tick) => tick.label)).toEqual(['0', '10', '20', '30 ms']);
    expect(axisTicks(0.9, 5).map((tick) => tick.label)).toEqual(['0', '0.2', '0.4', '0.6', '0.8 ms']);
    expect(axisTicks(12_000, 3).map((tick) => tick.label)).toEqual(['0', '5', '10 s']);
  });

  it('has only the beginning when there is no length or no room', () => {
    expect(axisTicks(0, 5)).toEqual([{ at: 0, label: '0' }]);
    expect(axisTicks(10, 0)).toEqual([{ at: 0, label: '0' }]);
  });

  it('never has more ticks than there is room for, and all different', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e7, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (duration, most) => {
          const ticks = axisTicks(duration, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
          expect(Math.max(...ticks.map((tick) => tick.at))).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});
