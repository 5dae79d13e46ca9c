import { describe, expect, it } from 'vitest';
import { compareRuns, type Diff, type OriginDiff, type Verdict } from '../../src/analyze/diff.ts';
import { endpointOf } from '../../src/analyze/endpoint.ts';
import { Histogram } from '../../src/analyze/histogram.ts';
import { rankTest, shareTest } from '../../src/analyze/rank-test.ts';
import { RunCounts } from '../../src/analyze/run-counts.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import type { Metric } from '../../src/view/stats.ts';
import { each, simulate } from '../helpers/simulated-client.ts';
import { roundTrip } from '../view/fixtures.ts';

function countsOf(lines: Iterable<TraceLine>): RunCounts {
  const counts = new RunCounts();
  for (const line of lines) counts.add(line);
  return counts;
}

function compare(before: Iterable<TraceLine>, after: Iterable<TraceLine>): Diff {
  return compareRuns(countsOf(before), countsOf(after));
}

/** Uniform numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Waits of a usual shape: most near the median, some much longer. */
function waits(seed: number, median: number): () => number {
  const next = random(seed);
  return () => median * Math.exp((next() + next() + next() - 1.5) * 0.8);
}

function verdictOf({ metrics }: OriginDiff, metric: Metric): Verdict | undefined {
  return metrics.find((one) => one.metric === metric)?.verdict;
}

describe('compareRuns', () => {
  it('takes two runs of which nothing has changed for different in one of a hundred cases at most', () => {
    let wrong = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const before = simulate(each(50, 80), { wait: waits(seed, 20) });
      const after = simulate(each(50, 80), { wait: waits(seed + 1000, 20) });
      const verdicts = compare(before, after).origins.flatMap(({ metrics }) =>
        metrics.map(({ verdict }) => verdict),
      );
      if (verdicts.includes('worse') || verdicts.includes('better')) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(2);
  });

  it('finds a wait that is a third longer, and only that', () => {
    const before = simulate(each(50, 200), { wait: waits(1, 20) });
    const after = simulate(each(50, 200), { wait: waits(2, 27) });
    const diff = compare(before, after);
    const [origin] = diff.origins;
    expect(verdictOf(origin!, 'wait')).toBe('worse');
    expect(verdictOf(origin!, 'total')).toBe('worse');
    expect(verdictOf(origin!, 'receive')).toBe('noise');
    expect(diff.regressed).toBe(true);
    expect(verdictOf(compare(after, before).origins[0]!, 'wait')).toBe('better');
    expect(compare(after, before).regressed).toBe(false);
  });

  it('does not call a difference real that nobody cares for, with however many requests', () => {
    const before = simulate(each(50, 3000), { wait: waits(1, 20) });
    const after = simulate(each(50, 3000), { wait: waits(2, 20.6) });
    expect(verdictOf(compare(before, after).origins[0]!, 'wait')).toBe('noise');
  });

  it('says when there are too few requests to tell', () => {
    const diff = compare(simulate(each(50, 9)), simulate(each(50, 100), { wait: () => 90 }));
    expect(verdictOf(diff.origins[0]!, 'wait')).toBe('few');
    expect(diff).toMatchObject({ tests: 0, regressed: false });
  });

  it('compares how many connections were used again', () => {
    const diff = compare(simulate(each(100, 60)), simulate(each(100, 60), { serverCloses: true }));
    expect(diff.origins[0]!.reuse).toMatchObject({ after: 0, verdict: 'worse' });
    expect(diff.origins[0]!.reuse.before).toBeCloseTo(59 / 60);
    expect(diff.regressed).toBe(true);
  });

  it('compares how many requests failed', () => {
    const after = simulate(each(100, 200), { status: (n) => (n % 10 === 0 ? 503 : 200) });
    const diff = compare(simulate(each(100, 200)), after);
    expect(diff.origins[0]!.errors).toMatchObject({ before: 0, after: 0.1, verdict: 'worse' });
    const few = simulate(each(100, 200), { status: (n) => (n < 2 ? 503 : 200) });
    expect(compare(simulate(each(100, 200)), few).origins[0]!.errors.verdict).toBe('noise');
  });

  it('tells which phases and origins are in one run only', () => {
    const diff = compare(
      simulate(each(100, 40)),
      simulate(each(100, 40), { origin: 'http://other.test', tls: undefined }),
    );
    expect(diff.origins.map(({ before, after }) => [before?.requests, after?.requests])).toEqual([
      [40, undefined],
      [undefined, 40],
    ]);
    expect(verdictOf(diff.origins[0]!, 'wait')).toBe('gone');
    expect(verdictOf(diff.origins[1]!, 'wait')).toBe('appeared');
    expect(diff.regressed).toBe(false);
  });

  it('tells which endpoints are new and which are gone', () => {
    const before = simulate([
      ...each(10, 3, { path: '/users/1?x=[redacted]' }),
      ...each(10, 2, { path: '/old' }),
    ]);
    const after = simulate([
      ...each(10, 3, { path: '/users/77' }),
      ...each(10, 5, { path: '/users/5/orders', method: 'POST' }),
    ]);
    const diff = compare(before, after);
    expect(diff.appeared).toEqual([
      { endpoint: 'POST https://api.example.test/users/:id/orders', requests: 5 },
    ]);
    expect(diff.gone).toEqual([{ endpoint: 'GET https://api.example.test/old', requests: 2 }]);
  });

  it('takes servers on this machine whose port the system chose for the same', () => {
    const on = (origin: string): TraceLine[] => simulate(each(100, 20), { origin, tls: undefined });
    const diff = compare(on('http://127.0.0.1:41651'), on('http://127.0.0.1:33801'));
    expect(
      diff.origins.map(({ origin, before, after }) => [origin, before?.requests, after?.requests]),
    ).toEqual([['http://127.0.0.1:*', 20, 20]]);
    expect([...diff.appeared, ...diff.gone]).toEqual([]);
    expect(compare(on('http://127.0.0.1:3000'), on('http://127.0.0.1:3001')).origins).toHaveLength(2);
  });

  it('does not grow with the number of endpoints', () => {
    const lines = Array.from({ length: 6000 }, (_, n) =>
      roundTrip({
        request: {
          ...roundTrip().request,
          url: `http://h.test/a${'bcdefghijk'[n % 10]}${'x'.repeat(n % 50)}/${'y'.repeat((n % 3001) % 55)}${n % 7 === 0 ? 'z' : ''}/p${'q'.repeat(n % 53)}`,
        },
      }),
    );
    const counts = countsOf(lines);
    expect(counts.endpoints.size).toBeLessThanOrEqual(5000);
    expect(counts.tooManyEndpoints).toBe(counts.endpoints.size === 5000);
  });

  it('takes empty runs', () => {
    expect(compare([], [])).toMatchObject({
      origins: [],
      tests: 0,
      regressed: false,
      appeared: [],
      gone: [],
    });
  });
});

describe('rankTest', () => {
  function of(values: readonly number[]): Histogram {
    const histogram = new Histogram();
    for (const value of values) histogram.add(value);
    return histogram;
  }

  it('agrees with the calculation by hand', () => {
    // U = 87.5 of 100; its variance, with five ties of two, is 100 / 12 (21 - 30 / 380); z = 2.840.
    const a = of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const b = of([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    const { p, greater } = rankTest(a, b);
    expect(greater).toBeCloseTo(0.875, 6);
    expect(p).toBeCloseTo(0.00451, 4);
    expect(rankTest(b, a).p).toBeCloseTo(p, 9);
    expect(rankTest(b, a).greater).toBeCloseTo(0.125, 6);
  });

  it('finds nothing where all values are the same', () => {
    expect(rankTest(of([5, 5, 5]), of([5, 5, 5]))).toEqual({ p: 1, greater: 0.5 });
  });
});

describe('shareTest', () => {
  it('agrees with the calculation by hand', () => {
    // z = 0.15 / sqrt(0.225 * 0.775 * 0.02) = 2.540.
    expect(shareTest([15, 100], [30, 100])).toBeCloseTo(0.01109, 4);
    expect(shareTest([0, 50], [0, 50])).toBe(1);
    expect(shareTest([50, 50], [50, 50])).toBe(1);
  });
});

describe('endpointOf', () => {
  it.each([
    ['http://a.test/', 'GET /'],
    ['http://a.test', 'GET /'],
    ['http://a.test/users/42?page=[redacted]', 'GET /users/:id'],
    ['http://a.test/users/42/orders/7', 'GET /users/:id/orders/:id'],
    ['http://a.test/o/550e8400-e29b-41d4-a716-446655440000', 'GET /o/:id'],
    ['http://a.test/commits/9fceb02d0ae598e95dc970b74767f19372d61af8/files', 'GET /commits/:id/files'],
    ['http://a.test/t/dGhpcyBpcyBhIDE2', 'GET /t/:id'],
    ['http://a.test/2024-01-31/report', 'GET /:id/report'],
    ['http://a.test/v1/deadbeef/feedface', 'GET /v1/deadbeef/feedface'],
    ['http://a.test/api/v2/search', 'GET /api/v2/search'],
    ['http://a.test/configuration-settings-of-the-user', 'GET /configuration-settings-of-the-user'],
    ['http://a.test/lodash/-/lodash-4.17.21.tgz', 'GET /lodash/-/lodash-4.17.21.tgz'],
  ])('of %s is %s', (url, endpoint) => {
    expect(endpointOf({ method: 'GET', url })).toBe(endpoint);
  });
});
