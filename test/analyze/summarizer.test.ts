import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/analyze/summary.ts';
import { Summarizer } from '../../src/analyze/summarizer.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { each, simulate } from '../helpers/simulated-client.ts';
import { failedRoundTrip, refused, roundTrip, WALL_TIME } from '../view/fixtures.ts';

function summaryOf(lines: Iterable<TraceLine>): Summary {
  const summarizer = new Summarizer();
  for (const line of lines) summarizer.add(line);
  return summarizer.summary();
}

describe('Summarizer', () => {
  it('counts requests, connections and phases of each origin', () => {
    const summary = summaryOf([
      ...simulate(each(100, 20), { wait: (n) => 20 + n }),
      ...simulate(each(50, 30), { origin: 'http://other.test:8080', pid: 9, tls: undefined }),
    ]);
    expect(summary).toMatchObject({ requests: 50, failed: 0, opened: 2, reused: 48, processes: 2 });
    expect(summary.reuseRatio).toBeCloseTo(0.96);
    expect(summary.origins.map(({ origin, requests, opened }) => [origin, requests, opened])).toEqual([
      ['http://other.test:8080', 30, 1],
      ['https://api.example.test', 20, 1],
    ]);
    const [, api] = summary.origins;
    expect(api!.metrics.map(({ metric, count }) => [metric, count])).toEqual([
      ['queued', 20],
      ['dns', 1],
      ['connect', 1],
      ['tls', 1],
      ['send', 20],
      ['wait', 20],
      ['receive', 20],
      ['ttfb', 20],
      ['total', 20],
    ]);
    const wait = api!.metrics.find(({ metric }) => metric === 'wait')!;
    expect(wait).toMatchObject({ min: 20, max: 39, mean: 29.5 });
    expect(wait.p50).toBeCloseTo(29, 0);
    expect(wait.p90).toBeCloseTo(37, 0);
    expect(summary.span!.from).toBe(WALL_TIME);
  });

  it('counts failures by what went wrong, and leaves their times out of the distributions', () => {
    const reset = failedRoundTrip('wait', { code: 'ECONNRESET', message: 'socket hang up' });
    const summary = summaryOf([refused, refused, reset, roundTrip(), roundTrip({ outcome: 'incomplete' })]);
    expect(summary).toMatchObject({ requests: 5, failed: 3, incomplete: 1 });
    expect(summary.errors.map(({ code, phase, count }) => [code, phase, count])).toEqual([
      ['ECONNREFUSED', 'connect', 2],
      ['ECONNRESET', 'wait', 1],
    ]);
    expect(summary.metrics.find(({ metric }) => metric === 'total')!.count).toBe(1);
  });

  it('counts mocked requests, and nothing of them', () => {
    const summary = summaryOf([roundTrip({ intercepted: true, phases: [] })]);
    expect(summary).toMatchObject({ requests: 1, mocked: 1, opened: 0, metrics: [] });
    expect(summary.reuseRatio).toBeUndefined();
    expect(summary.statuses).toEqual([{ status: 200, count: 1 }]);
  });

  it('adds up a phase that came twice in a round trip', () => {
    const twice = roundTrip({
      phases: [
        { name: 'tls', start: 0, duration: 10 },
        { name: 'proxy', start: 10, duration: 5 },
        { name: 'tls', start: 15, duration: 20 },
      ],
      duration: 35,
    });
    expect(summaryOf([twice]).metrics.find(({ metric }) => metric === 'tls')).toMatchObject({
      count: 1,
      max: 30,
    });
  });

  it('keeps the ten slowest, failed ones among them', () => {
    const lines = Array.from({ length: 30 }, (_, n) => roundTrip({ id: `1-0-${n}`, duration: (n * 7) % 30 }));
    const { slowest } = summaryOf([...lines, { ...refused, duration: 25.5 }]);
    expect(slowest.map(({ duration }) => duration)).toEqual([29, 28, 27, 26, 25.5, 25, 24, 23, 22, 21]);
  });

  it('tells what was lost, and of the run', () => {
    const run = {
      type: 'run',
      version: 1,
      httptrace: '0.2.0',
      command: ['node', 'a.js'],
      started: 1,
    } as const;
    const end = { type: 'end', version: 1, ended: 2, exitCode: 0, signal: null } as const;
    const lost = { type: 'lost', version: 1, reason: 'memory', records: 7 } as const;
    const summary = summaryOf([
      run,
      lost,
      { ...lost, records: 3 },
      { ...lost, reason: 'killed', records: 1 },
      end,
    ]);
    expect(summary).toMatchObject({ run, end, requests: 0, origins: [], slowest: [], findings: [] });
    expect(summary.lost).toEqual([
      { reason: 'memory', records: 10 },
      { reason: 'killed', records: 1 },
    ]);
    expect(summary.span).toBeUndefined();
  });

  it('can be asked again and again', () => {
    const summarizer = new Summarizer();
    for (const line of simulate(each(10, 50))) {
      summarizer.add(line);
      summarizer.summary();
    }
    expect(summarizer.summary()).toEqual(summaryOf(simulate(each(10, 50))));
  });

  it('counts the origins beyond a thousand together', () => {
    const lines = Array.from({ length: 1500 }, (_, n) =>
      roundTrip({ request: { ...roundTrip().request, url: `http://h${n}.test/` } }),
    );
    const { origins, requests } = summaryOf(lines);
    expect(requests).toBe(1500);
    expect(origins).toHaveLength(1001);
    expect(origins.at(-1)).toMatchObject({ origin: undefined, requests: 500 });
  });
});
