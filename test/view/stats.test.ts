import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawStats } from '../../src/view/stats-table.ts';
import { countConnections, metricOf, metricValues, percentile, summarize } from '../../src/view/stats.ts';
import { textWidth } from '../../src/view/text.ts';
import { plainConnection, redirects, refused, roundTrip } from './fixtures.ts';

const calls = Array.from({ length: 20 }, (_, index) => [
  roundTrip({
    durations: {
      ...(index === 0 ? { dns: 3, connect: 2 } : {}),
      send: 0.1,
      wait: 20 + ((index * 7) % 20),
      receive: 3,
    },
    connection: { ...plainConnection, reused: index > 0 },
  }),
]);

describe('percentile', () => {
  it('is by nearest rank', () => {
    const values = [15, 20, 35, 40, 50];
    expect([0, 5, 30, 40, 50, 100].map((percent) => percentile(values, percent))).toEqual([
      15, 15, 20, 20, 35, 50,
    ]);
  });

  it('is always one of the values, and grows with the percentage', () => {
    const ascending = fc.array(fc.integer(), { minLength: 1 }).map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(ascending, fc.nat(100), fc.nat(100), (values, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(values).toContain(percentile(values, low));
        expect(percentile(values, low)).toBeLessThanOrEqual(percentile(values, high));
      }),
    );
  });
});

describe('metricOf', () => {
  it('adds up a phase over all redirects of a call', () => {
    expect(metricOf(redirects, 'wait')).toBeCloseTo(59);
    expect(metricOf(redirects, 'total')).toBeCloseTo(106.8);
    expect(metricOf(redirects, 'ttfb')).toBeCloseTo(102.8);
  });

  it('is undefined for what did not happen', () => {
    expect(metricOf(redirects, 'proxy')).toBeUndefined();
    expect(metricOf([refused], 'ttfb')).toBeUndefined();
    expect(metricOf([], 'total')).toBeUndefined();
  });
});

describe('summarize', () => {
  it('counts a phase only in the calls in which it happened', () => {
    const summary = summarize(calls);
    expect(summary.map(({ metric, count }) => [metric, count])).toEqual([
      ['dns', 1],
      ['connect', 1],
      ['send', 20],
      ['wait', 20],
      ['receive', 20],
      ['ttfb', 20],
      ['total', 20],
    ]);
    expect(summary[3]).toEqual({ metric: 'wait', count: 20, min: 20, p50: 29, p90: 37, p99: 39, max: 39 });
    expect(metricValues(calls, 'dns')).toEqual([3]);
  });

  it('counts new and reused connections', () => {
    expect(countConnections(calls)).toEqual({ requests: 20, opened: 1, reused: 19 });
  });
});

describe('drawStats', () => {
  it('is a table at 80 columns', async () => {
    const lines = drawStats(calls, { width: 80, colour: false, unicode: true });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('pictures/stats.80.txt');
  });

  it('draws the distributions too at 200 columns', async () => {
    const lines = drawStats(calls, { width: 200, colour: false, unicode: true });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('pictures/stats.200.txt');
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(200);
  });

  it('says how many failed, and leaves them out of the distribution', () => {
    const options = { width: 80, colour: false, unicode: true };
    const [line, ...table] = drawStats([...calls, [refused]], options);
    expect(line).toBe('21 requests · 1 failed · 1 new connection · 19 reused');
    expect(table).toEqual(drawStats(calls, options).slice(1));
    expect(drawStats([[refused]], options)).toEqual(['1 request · 1 failed · 0 new connections · 0 reused']);
  });
});
