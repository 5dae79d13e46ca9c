import type { PhaseName, RoundTripRecord } from '../record/types.ts';
import { PHASES } from './layout.ts';

/** What is measured: a phase, the time to the first byte of the response, or the whole call. */
export type Metric = PhaseName | 'ttfb' | 'total';

export const METRICS: readonly Metric[] = [...PHASES, 'ttfb', 'total'];

/** Distribution of one metric, in milliseconds. Percentiles by nearest rank: each is a value that was measured. */
export interface Distribution {
  readonly metric: Metric;
  /** How many calls it happened in. */
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The round trips of one call, redirects in order. */
export type Call = readonly RoundTripRecord[];

/** Values of a metric in those calls in which it happened, ascending. */
export function metricValues(calls: readonly Call[], metric: Metric): number[] {
  const values: number[] = [];
  for (const call of calls) {
    const value = metricOf(call, metric);
    if (value !== undefined) values.push(value);
  }
  return values.sort((a, b) => a - b);
}

/** A metric over a whole call; undefined when it did not happen. */
export function metricOf(call: Call, metric: Metric): number | undefined {
  const first = call[0];
  const last = call.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (metric === 'total') return last.start + last.duration - first.start;
  if (metric === 'ttfb') return timeToFirstByte(first, last);
  const phases = call.flatMap((record) => record.phases.filter((phase) => phase.name === metric));
  return phases.length === 0 ? undefined : phases.reduce((sum, phase) => sum + phase.duration, 0);
}

/** Of the last response, counted from the beginning of the call: where `receive` begins. */
function timeToFirstByte(first: RoundTripRecord, last: RoundTripRecord): number | undefined {
  if (last.response === undefined) return undefined;
  const receive = last.phases.find((phase) => phase.name === 'receive');
  return last.start + (receive?.start ?? last.duration) - first.start;
}

/** The distribution of each metric that happened at all, in the order of {@link METRICS}. */
export function summarize(calls: readonly Call[]): Distribution[] {
  const distributions: Distribution[] = [];
  for (const metric of METRICS) {
    const values = metricValues(calls, metric);
    if (values.length === 0) continue;
    distributions.push({
      metric,
      count: values.length,
      min: percentile(values, 0),
      p50: percentile(values, 50),
      p90: percentile(values, 90),
      p99: percentile(values, 99),
      max: percentile(values, 100),
    });
  }
  return distributions;
}

/**
 * Nearest-rank percentile.
 *
 * @param ascending - sorted, at least one value.
 * @param percent - 0 (the smallest) to 100 (the largest).
 */
export function percentile(ascending: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * ascending.length));
  return ascending[Math.min(rank, ascending.length) - 1] ?? Number.NaN;
}

/** The call that took neither long nor short in total; undefined when there is none. */
export function medianCall(calls: readonly Call[]): Call | undefined {
  const sorted = [...calls].sort((a, b) => (metricOf(a, 'total') ?? 0) - (metricOf(b, 'total') ?? 0));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Nearest-rank median of a metric over those calls in which it happened; undefined when it did in none. */
export function medianOf(calls: readonly Call[], metric: Metric): number | undefined {
  const values = metricValues(calls, metric);
  return values.length === 0 ? undefined : percentile(values, 50);
}

/** How connections were used in a number of calls. */
export interface ConnectionCounts {
  readonly requests: number;
  readonly opened: number;
  readonly reused: number;
}

export function countConnections(calls: readonly Call[]): ConnectionCounts {
  const connections = calls.flat().map((record) => record.connection);
  return {
    requests: connections.length,
    opened: connections.filter((connection) => connection?.reused === false).length,
    reused: connections.filter((connection) => connection?.reused === true).length,
  };
}
