import { METRICS, type Metric } from '../view/stats.ts';
import { rankTest, shareTest } from './rank-test.ts';
import type { RunCounts } from './run-counts.ts';
import type { Tally } from './summary.ts';
import { TallyBuilder } from './tally-builder.ts';

/**
 * What became of a measure from one run to the other. `noise`: not more than noise. `few`: too few requests to tell.
 * `appeared`, `gone`: it happened in one of the runs only.
 */
export type Verdict = 'worse' | 'better' | 'noise' | 'few' | 'appeared' | 'gone';

/** One metric of one origin in two runs. */
export interface MetricDiff {
  readonly metric: Metric;
  /** Milliseconds; undefined where it did not happen. */
  readonly before: { readonly count: number; readonly p50: number; readonly p99: number } | undefined;
  readonly after: { readonly count: number; readonly p50: number; readonly p99: number } | undefined;
  /** Of the medians: 0.1 is a tenth longer. Undefined where there are no two. */
  readonly change: number | undefined;
  /** Of the rank test; undefined when it was not made. */
  readonly p: number | undefined;
  readonly verdict: Verdict;
}

/** A share of the requests of one origin in two runs, 0 to 1. */
export interface ShareDiff {
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly p: number | undefined;
  readonly verdict: Verdict;
}

/** One origin in two runs. */
export interface OriginDiff {
  readonly origin: string;
  /** Undefined where there were no requests to it. */
  readonly before: Tally | undefined;
  readonly after: Tally | undefined;
  /** Requests that failed or were answered with 400 or more. */
  readonly errors: ShareDiff;
  /** Requests on a connection that had been used before. */
  readonly reuse: ShareDiff;
  readonly metrics: readonly MetricDiff[];
}

/** Two runs, compared. */
export interface Diff {
  readonly before: Tally;
  readonly after: Tally;
  /** Most requests first. */
  readonly origins: readonly OriginDiff[];
  /** Endpoints that only the second run has, with their requests; and those that only the first has. */
  readonly appeared: readonly EndpointCount[];
  readonly gone: readonly EndpointCount[];
  /** There were more endpoints than are compared. */
  readonly tooManyEndpoints: boolean;
  /** How many tests were made; the level of each is {@link LEVEL} divided by it. */
  readonly tests: number;
  /** Something got worse by more than noise. */
  readonly regressed: boolean;
}

export interface EndpointCount {
  /** `GET https://example.com/users/:id`. */
  readonly endpoint: string;
  readonly requests: number;
}

/** Probability with which two runs of which nothing has changed are told apart, by all tests together. */
export const LEVEL = 0.01;
/** Fewer requests in one of the runs tell nothing. */
export const LEAST_REQUESTS = 10;
/** Requests of a run depend on each other, so that a test alone finds too much: medians must differ by this share too, */
export const LEAST_CHANGE = 0.05;
/** by this many milliseconds, */
const LEAST_DIFFERENCE = 0.1;
/** and of pairs of requests, one of each run, this share must show it. */
export const LEAST_PAIRS = 0.6;
/** Shares must differ by this. */
const LEAST_SHARE_CHANGE = 0.01;

/**
 * Compares two runs. Each metric of each origin is compared by a rank test ({@link rankTest}), shares by a test of
 * proportions; the level is divided by the number of tests (Bonferroni), since among many one is always unusual.
 */
export function compareRuns(before: RunCounts, after: RunCounts): Diff {
  const names = new Set([...before.origins.keys(), ...after.origins.keys()]);
  const pairs = [...names].map((origin) => ({
    origin,
    a: before.origins.get(origin),
    b: after.origins.get(origin),
  }));
  const tests = pairs.reduce((sum, { a, b }) => sum + numberOfTests(a, b), 0);
  const level = LEVEL / Math.max(1, tests);
  const origins = pairs
    .map(({ origin, a, b }) => compareOrigin(origin, a, b, level))
    .sort((one, other) => requestsOf(other) - requestsOf(one));
  return {
    before: before.all.tally(),
    after: after.all.tally(),
    origins,
    appeared: onlyIn(after.endpoints, before.endpoints),
    gone: onlyIn(before.endpoints, after.endpoints),
    tooManyEndpoints: before.tooManyEndpoints || after.tooManyEndpoints,
    tests,
    regressed: origins.some(hasRegressed),
  };
}

function numberOfTests(a: TallyBuilder | undefined, b: TallyBuilder | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.requests < LEAST_REQUESTS || b.requests < LEAST_REQUESTS) return 0;
  return METRICS.filter((metric) => isTestable(a, b, metric)).length + 2;
}

function isTestable(a: TallyBuilder, b: TallyBuilder, metric: Metric): boolean {
  const least = Math.min(a.histogramOf(metric)?.count ?? 0, b.histogramOf(metric)?.count ?? 0);
  return least >= LEAST_REQUESTS;
}

function compareOrigin(
  origin: string,
  a: TallyBuilder | undefined,
  b: TallyBuilder | undefined,
  level: number,
): OriginDiff {
  const before = a?.tally();
  const after = b?.tally();
  const none = new TallyBuilder();
  return {
    origin,
    before,
    after,
    errors: compareShares(finished(before, 'bad'), finished(after, 'bad'), level, 'worse'),
    reuse: compareShares(connected(before), connected(after), level, 'better'),
    metrics: METRICS.flatMap((metric) => compareMetric(metric, a ?? none, b ?? none, level)),
  };
}

type Share = readonly [count: number, of: number];

function finished(tally: Tally | undefined, what: 'bad'): Share | undefined {
  return tally === undefined ? undefined : [tally[what], tally.requests - tally.mocked - tally.incomplete];
}

function connected(tally: Tally | undefined): Share | undefined {
  return tally === undefined ? undefined : [tally.reused, tally.reused + tally.opened];
}

function compareShares(
  a: Share | undefined,
  b: Share | undefined,
  level: number,
  moreIs: 'worse' | 'better',
): ShareDiff {
  const before = a === undefined || a[1] === 0 ? undefined : a[0] / a[1];
  const after = b === undefined || b[1] === 0 ? undefined : b[0] / b[1];
  const shared = { before, after, p: undefined };
  if (a === undefined || b === undefined || before === undefined || after === undefined) {
    return { ...shared, verdict: before === after ? 'noise' : before === undefined ? 'appeared' : 'gone' };
  }
  if (a[1] < LEAST_REQUESTS || b[1] < LEAST_REQUESTS) return { ...shared, verdict: 'few' };
  const p = shareTest(a, b);
  const isReal = p < level && Math.abs(after - before) >= LEAST_SHARE_CHANGE;
  const lessIs = moreIs === 'worse' ? 'better' : 'worse';
  return { before, after, p, verdict: !isReal ? 'noise' : after > before ? moreIs : lessIs };
}

function compareMetric(metric: Metric, a: TallyBuilder, b: TallyBuilder, level: number): MetricDiff[] {
  const ofA = a.histogramOf(metric);
  const ofB = b.histogramOf(metric);
  if (ofA === undefined && ofB === undefined) return [];
  const [before, after] = [ofA, ofB].map(
    (one) => one && { count: one.count, p50: one.percentile(50), p99: one.percentile(99) },
  );
  const shared = { metric, before, after, change: undefined, p: undefined };
  if (ofA === undefined || ofB === undefined || before === undefined || after === undefined) {
    return [{ ...shared, verdict: before === undefined ? 'appeared' : 'gone' }];
  }
  const change = before.p50 > 0 ? after.p50 / before.p50 - 1 : undefined;
  if (!isTestable(a, b, metric)) return [{ ...shared, change, verdict: 'few' }];
  const { p, greater } = rankTest(ofA, ofB);
  const isReal =
    p < level &&
    Math.abs(after.p50 - before.p50) >= LEAST_DIFFERENCE &&
    Math.abs(change ?? 1) >= LEAST_CHANGE &&
    Math.max(greater, 1 - greater) >= LEAST_PAIRS;
  return [{ ...shared, change, p, verdict: !isReal ? 'noise' : greater > 0.5 ? 'worse' : 'better' }];
}

function onlyIn(these: ReadonlyMap<string, number>, those: ReadonlyMap<string, number>): EndpointCount[] {
  return [...these]
    .filter(([endpoint]) => !those.has(endpoint))
    .map(([endpoint, requests]) => ({ endpoint, requests }))
    .sort((a, b) => b.requests - a.requests);
}

function requestsOf({ before, after }: OriginDiff): number {
  return (before?.requests ?? 0) + (after?.requests ?? 0);
}

function hasRegressed({ errors, reuse, metrics }: OriginDiff): boolean {
  return [errors, reuse, ...metrics].some(({ verdict }) => verdict === 'worse');
}
