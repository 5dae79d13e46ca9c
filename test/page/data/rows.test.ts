import { describe, expect, it } from 'vitest';
import { countInFlight } from '../../../ui/data/in-flight.ts';
import { fitRange, panRange, zoomRange } from '../../../ui/data/range.ts';
import { chooseRequests, groupRequests, listRows, type Grouping, type Order } from '../../../ui/data/rows.ts';
import { Trace } from '../../../ui/data/trace.ts';
import { axisTicksBetween, placedTicks } from '../../../ui/draw/axis-ticks.ts';
import { plainText, textParts } from '../../../ui/words/safe-text.ts';
import { roundTrip, type RoundTripSpec } from '../records.ts';

function traceOf(...specs: readonly RoundTripSpec[]): Trace {
  const trace = new Trace();
  for (const spec of specs) trace.add(JSON.stringify(roundTrip(spec)));
  return trace;
}

function all(trace: Trace, order: Order = 'start'): number[] {
  return chooseRequests(trace.requests, () => true, order);
}

describe('rows', () => {
  const trace = traceOf(
    { id: 'late', start: 100, duration: 5, url: 'http://a/1', connection: 'c1' },
    { id: 'early', start: 0, duration: 50, url: 'http://b/1', connection: 'c2', error: 'ECONNRESET' },
    { id: 'middle', start: 40, duration: 70, url: 'http://a/2', connection: 'c1', pid: 7, status: 500 },
    { id: 'mocked', start: 60, duration: 1, url: 'http://a/3', intercepted: true },
  );
  const ids = (requests: readonly number[]) => requests.map((request) => trace.requests.id[request]);

  it('come in the order of their starts, or the longest first', () => {
    expect(ids(all(trace))).toEqual(['early', 'middle', 'mocked', 'late']);
    expect(ids(all(trace, 'duration'))).toEqual(['middle', 'early', 'late', 'mocked']);
  });

  it.each<[Grouping, readonly string[]]>([
    ['origin', ['http://b', 'http://a']],
    ['connection', ['#2 http://b', '#1 http://a', 'Without a connection']],
    ['process', ['Process 4100', 'Process 7']],
    ['none', []],
  ])('are grouped by %s, the group with the first request first', (grouping, titles) => {
    expect(groupRequests(trace, all(trace), grouping).map(({ title }) => title)).toEqual(titles);
  });

  it('of a group tell its connections and errors', () => {
    const [, group] = groupRequests(trace, all(trace), 'origin');
    expect(group).toMatchObject({ connections: 1, errors: 1 });
    expect(ids(group?.requests ?? [])).toEqual(['middle', 'mocked', 'late']);
  });

  it('of closed groups are not listed', () => {
    const chosen = all(trace);
    const groups = groupRequests(trace, chosen, 'origin');
    const { rows } = listRows(chosen, groups, 'origin', ({ title }) => title === 'http://a');
    expect([...rows].map((row) => (row < 0 ? row : trace.requests.id[row]))).toEqual([
      -1,
      -2,
      'middle',
      'mocked',
      'late',
    ]);
    expect([...listRows(chosen, [], 'none', () => true).rows]).toEqual(chosen);
  });
});

describe('countInFlight', () => {
  it('is the mean number of requests over each column, those that wait apart', () => {
    const trace = traceOf(
      { id: '1', start: 0, duration: 40, queued: 10 },
      { id: '2', start: 20, duration: 5 },
    );
    const counts = countInFlight(trace.requests, all(trace), 0, 50, 5);
    expect([...counts.queued]).toEqual([1, 0, 0, 0, 0]);
    expect([...counts.active]).toEqual([0, 1, 1.5, 1, 0]);
    expect(counts.most).toBe(1.5);
  });

  it('leaves out what is not in sight and notes where requests failed', () => {
    const trace = traceOf(
      { id: '1', start: 0, duration: 10 },
      { id: '2', start: 20, duration: 5, error: 'EPIPE' },
      { id: '3', start: 90, duration: 5 },
    );
    const counts = countInFlight(trace.requests, all(trace), 15, 35, 2);
    expect([...counts.active]).toEqual([0.5, 0]);
    expect([...counts.failed]).toEqual([0, 1]);
    expect(countInFlight(trace.requests, [], 0, 0, 3).most).toBe(0);
  });
});

describe('ranges', () => {
  const whole = { from: 0, to: 1000 };

  it('keep the moment under the pointer where it is', () => {
    expect(zoomRange({ from: 0, to: 1000 }, 0.5, 200, whole)).toEqual({ from: 100, to: 600 });
  });

  it('never leave the trace, nor get shorter than what records can tell', () => {
    expect(zoomRange({ from: 100, to: 600 }, 4, 200, whole)).toEqual(whole);
    expect(panRange({ from: 100, to: 600 }, 900, whole)).toEqual({ from: 500, to: 1000 });
    expect(panRange({ from: 100, to: 600 }, -900, whole)).toEqual({ from: 0, to: 500 });
    const { from, to } = zoomRange({ from: 500, to: 500.03 }, 0.0001, 500, whole);
    expect(to - from).toBeCloseTo(0.02);
  });

  it('are of some length for a trace without any', () => {
    const { from, to } = fitRange(5, 5);
    expect(to).toBeGreaterThan(from);
  });
});

describe('axisTicksBetween', () => {
  it.each([
    [0, 0.5, ['0', '200 µs', '400 µs']],
    [0, 2.5, ['0', '1 ms', '2 ms']],
    [990, 1020, ['990 ms', '1.00 s', '1.01 s', '1.02 s']],
    [-60, 50, ['−50 ms', '0', '50 ms']],
    [0, 9000, ['0', '5 s']],
    [0, 150_000, ['0', '1:00 min', '2:00 min']],
    [3_480_000, 3_720_000, ['58:00 min', '1:00:00 h', '1:02:00 h']],
  ])('labels round moments between %d and %d ms', (from, to, labels) => {
    expect(axisTicksBetween(from, to, 3).map(({ label }) => label)).toEqual(labels);
  });

  it('has none where there is no time or no room', () => {
    expect(axisTicksBetween(5, 5, 3)).toEqual([]);
    expect(axisTicksBetween(0, 5, 0)).toEqual([]);
    expect(axisTicksBetween(Number.NaN, 5, 3)).toEqual([]);
  });

  it('stays few for years', () => {
    expect(axisTicksBetween(0, 1e12, 5).length).toBeLessThanOrEqual(6);
  });
});

describe('text from the network', () => {
  it('is shown as it is when it can be seen', () => {
    expect(textParts('grüße 日本 😀')).toEqual([{ text: 'grüße 日本 😀', isEscape: false }]);
  });

  it('has names in place of what would reorder, hide or break it', () => {
    expect(plainText('a\u202Eb\u0000\u0007c\u2028\ud800')).toBe('a⟨U+202E⟩b⟨U+0000 U+0007⟩c⟨U+2028 U+D800⟩');
  });
});

describe('placedTicks', () => {
  it('count from the first request, whichever was written first', () => {
    const ticks = placedTicks({ from: -30, to: 170 }, -20, 400);
    expect(ticks.slice(0, 2)).toEqual([
      { x: 20, label: '0' },
      { x: 120, label: '50 ms' },
    ]);
  });
});
