import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { judge, referenceFor } from '../../bench/judge.mjs';
import { sections } from '../../bench/page-tables.mjs';
import { PLANS, SIZES } from '../../bench/plans.mjs';
import { PAGES, stalePages, withQuotes } from '../../bench/publish.mjs';
import { ROWS } from '../../bench/rows.mjs';
import { type RunResult, withClient } from '../../bench/results.mjs';
import { estimate, median, shuffled } from '../../bench/statistics.mjs';

const about = (value: number): { value: number; low: number; high: number } => ({
  value,
  low: value - 0.02,
  high: value + 0.02,
});

function contest(
  client: string,
  rows: readonly string[],
): {
  client: string;
  concurrency: number;
  inside: boolean;
  nothing: { cpu: number; requestsPerSecond: number; busy: number };
  rows: {
    row: string;
    cpu: number;
    added: ReturnType<typeof about>;
    quiet: ReturnType<typeof about>;
    ratio: ReturnType<typeof about>;
    throughput: ReturnType<typeof about>;
  }[];
} {
  const nothing = { cpu: 50, requestsPerSecond: 20_000, busy: 1 };
  return {
    client,
    concurrency: 16,
    inside: false,
    nothing,
    rows: rows.map((row) => ({
      row,
      cpu: 55,
      added: about(5),
      quiet: about(5),
      ratio: about(1.1),
      throughput: about(0.9),
    })),
  };
}

/** A recorded run with something of everything. */
function fullRun(): RunResult {
  const plan = PLANS['full']!;
  return {
    date: '2025-01-02T03:04:05.000Z',
    node: '20.1.2',
    cpu: 'a processor',
    cores: 2,
    plan: 'full',
    peers: { 'a-peer': '1.2.3' },
    contests: Object.entries(plan.contests).map(([client, rows]) => contest(client, rows)),
    concurrency: [contest('http', ['observe', 'record'])],
    composed: contest('http', plan.composed),
    kept: contest(
      'http',
      plan.kept.map((count) => `keep${count}`),
    ),
    memory: [
      {
        client: 'http',
        allocation: { installed: { own: 0, all: 12_345, where: [] } },
        retention: { record: 2000, read: 2000, values: 500, dropped: -1 },
      },
    ],
    go: { version: '1.26.0', bare: 20, added: about(1), ratio: about(1.05) },
  };
}

describe('estimates', () => {
  it('have the median of an odd and of an even number of values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('are bounded by the lowest and the highest of six values, and by the second and the eighth of nine', () => {
    expect(estimate([6, 5, 4, 3, 2, 1])).toEqual({ value: 3.5, low: 1, high: 6 });
    expect(estimate([9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ value: 5, low: 2, high: 8 });
  });

  it.each([9, 30, 60, 200, 400])('span a median of 0 about 95 times in 100 with %i values', (n) => {
    const runs = 2000;
    let spans = 0;
    for (let i = 0; i < runs; i++) {
      const { low, high } = estimate(Array.from({ length: n }, () => Math.random() - 0.5));
      if (low <= 0 && high >= 0) spans++;
    }
    // Exact are 94.4 % and more; five standard deviations of 2000 draws are 2.5 %.
    expect(spans / runs).toBeGreaterThan(0.92);
  });

  it('are made of turns in random order, each once', () => {
    expect(shuffled([1, 2, 3, 4]).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });
});

describe('the check of each change', () => {
  const recorded = { http: { control: about(1), observe: about(1.1) } };

  it('passes a row that adds what it added when it was recorded', () => {
    const verdicts = judge({ http: { control: about(1), observe: about(1.12) } }, recorded);
    expect(verdicts.map(({ isTooMuch }) => isTooMuch)).toEqual([false]);
  });

  it('fails a row that adds more than twice of that and what the control scatters', () => {
    const [verdict] = judge({ http: { control: about(1), observe: about(1.23) } }, recorded);
    expect(verdict?.isTooMuch).toBe(true);
    expect(verdict?.text).toContain('TOO MUCH');
  });

  it('allows for a control that scatters', () => {
    const scattered = { value: 1, low: 0.9, high: 1.1 };
    const [verdict] = judge({ http: { control: scattered, observe: about(1.23) } }, recorded);
    expect(verdict?.isTooMuch).toBe(false);
  });

  it('compares with the same processor, and with the most that any has recorded where that is another one', () => {
    const fast = { http: { observe: about(1.07), record: about(1.2) } };
    const slow = { http: { observe: about(1.14), record: about(1.1) } };
    expect(referenceFor({ fast, slow }, 'fast')).toBe(fast);
    expect(referenceFor({ fast, slow }, 'other')).toEqual({
      http: { observe: about(1.14), record: about(1.2) },
    });
    expect(referenceFor({}, 'other')).toBeUndefined();
  });

  it('does not judge what was never recorded', () => {
    const [verdict] = judge({ http: { control: about(1), observe: about(3) } }, undefined);
    expect(verdict?.isTooMuch).toBe(false);
    expect(verdict?.text).toContain('nothing is recorded');
  });
});

describe('a client that is measured anew', () => {
  it('takes the place of what the run had of it, and leaves the others', () => {
    const run = fullRun();
    const date = '2025-01-03T00:00:00.000Z';
    const anew = { ...contest('fetch', ['control']), date };
    const memory = { ...run.memory[0]!, allocation: {} };
    const result = withClient(run, anew, memory);
    expect(result.contests.map(({ client }) => client)).toEqual(run.contests.map(({ client }) => client));
    expect(result.contests.filter((one) => !run.contests.includes(one))).toEqual([anew]);
    expect(result.memory).toEqual([memory]);
    expect(result.date).toBe(run.date);
  });

  it('is added to a run that was cut off before it', () => {
    const anew = contest('fetch', ['control']);
    expect(withClient({ ...fullRun(), contests: [] }, anew).contests).toEqual([anew]);
  });
});

describe('plans', () => {
  it.each(Object.entries(PLANS))(
    '%s has only rows that there are, with clients that they can watch',
    (_, plan) => {
      for (const [client, rows] of Object.entries(plan.contests)) {
        expect(Object.keys(SIZES)).toContain(client);
        for (const row of rows) expect(ROWS[row]?.clients ?? [client]).toContain(client);
        expect(rows.filter((row) => ROWS[row] === undefined)).toEqual([]);
      }
      const others = [...plan.composed, ...plan.kept.map((count) => `keep${count}`)];
      expect(others.filter((row) => ROWS[row] === undefined)).toEqual([]);
    },
  );
});

describe('the clients', () => {
  // Loading an undici from npm sets what fetch sends its requests by (undici 6 to 8).
  it("fetch by Node's own undici", () => {
    const clients = new URL('../../bench/clients.mjs', import.meta.url).href;
    const program = `
      const { CLIENTS } = await import(${JSON.stringify(clients)});
      CLIENTS.fetch({ origin: 'http://localhost', concurrency: 1 });
      const { default: { _cache: loaded } } = await import('node:module');
      console.log(Object.keys(loaded).filter((file) => file.includes('undici')).length);`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect(said).toBe('0\n');
  });
});

describe('the pages', () => {
  it('say what the last recorded runs say; `node bench/publish.mjs` writes it', () => {
    expect(stalePages().map(({ name }) => name)).toEqual([]);
  });

  it('have a place for each quote, and a quote for each place', () => {
    const texts = sections([fullRun()], {
      20: { node: '20.1.2', clients: { http: { nothing: 120_000, observe: 126_000 } } },
    });
    const pages = PAGES.map((name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')).join(
      '',
    );
    const places = [...pages.matchAll(/<!-- bench: ([\w-]+) -->/g)].map(([, name]) => name);
    expect(new Set(places)).toEqual(new Set(Object.keys(texts)));
    for (const [name, text] of Object.entries(texts)) {
      expect(text, name).not.toMatch(/NaN|undefined|Infinity|-0\b/);
      expect(withQuotes(`<!-- bench: ${name} -->old<!-- /bench -->`, texts)).toContain(text);
    }
    expect(texts['cost']).toContain('| OpenTelemetry');
    expect(texts['memory']).toContain('| 1,500 ');
    expect(texts['instructions']).toMatch(/\| node:http +\| 20\.1\.2 +\| 120\.0 +\| 6\.0 /);
    const unknown = '<!-- bench: unknown -->as it is<!-- /bench -->';
    expect(withQuotes(unknown, texts)).toBe(unknown);
  });

  it('say which client was measured on another day than its run', () => {
    const run = fullRun();
    const anew = (date: string): RunResult => withClient(run, { ...contest('fetch', ['control']), date });
    const later = { ...anew('2025-01-03T00:00:00.000Z'), plan: 'short', node: '22.1.2' };
    const text = sections([anew('2025-01-02T23:00:00.000Z'), later])['machine'];
    expect(text).toContain('a processor, 2025-01-02; a-peer');
    expect(text).toContain('22.1.2 (2025-01-02, fetch 2025-01-03)');
  });

  it('leave out a client where nothing could not be told from nothing', () => {
    const run = fullRun();
    const fetch = run.contests.find(({ client }) => client === 'fetch');
    fetch!.rows[0]!.ratio = { value: 0.9, low: 0.4, high: 1.2 };
    expect(fetch!.rows[0]!.row).toBe('control');
    expect(sections([run])['cost']).not.toContain('| fetch');
    expect(sections([fullRun()])['cost']).toContain('| fetch');
  });
});
