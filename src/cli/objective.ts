import type { Summarizer } from '../analyze/summarizer.ts';
import { METRICS, type Metric } from '../view/stats.ts';
import { quoteArgument } from './args.ts';
import { UsageError } from './errors.ts';
import { MILLISECONDS, unknownMetric } from './slo.ts';
import { suggest } from './suggest.ts';

/** What is taken of many values of a metric. */
type Aggregate =
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'max' | 'mean' };

/** A limit that the user set for all requests of a run together. */
export interface Objective {
  /** As the user wrote it. */
  readonly text: string;
  /** Undefined: the share of requests that failed or were answered with 400 or more. */
  readonly of: { readonly aggregate: Aggregate; readonly metric: Metric } | undefined;
  readonly inclusive: boolean;
  /** Milliseconds, or a share from 0 to 1. */
  readonly limit: number;
}

export interface ObjectiveResult {
  readonly objective: Objective;
  readonly kept: boolean;
  /** In the unit of the limit; undefined when there was nothing to measure, which breaks no limit. */
  readonly value: number | undefined;
}

const FORM =
  /^(?:(?<aggregate>[a-z]+|p\d{1,2}(?:\.\d+)?|p100)\((?<inner>[a-z]+)\)|(?<metric>[a-z]+))(?<operator><=?)(?<number>\d+(?:\.\d+)?|\.\d+)(?<unit>us|ms|s|m|%)?$/;
const AGGREGATES = ['p50', 'p90', 'p95', 'p99', 'max', 'mean', 'rate'];

/**
 * Reads an objective for a run: `p95(wait)<200ms`, `max(total)<=2s`, `mean(ttfb)<80ms`, `rate(errors)<1%`. A name alone is its
 * maximum, as with the plain command. Any percentile will do, `p99.9`; units are us, ms, s and m, or % for a rate.
 *
 * @throws UsageError when it is not one.
 */
export function parseObjective(written: string): Objective {
  const text = written.replaceAll(/\s+/g, '').replace('µs', 'us').toLowerCase();
  const found = FORM.exec(text)?.groups;
  const quoted = quoteArgument(written);
  if (found === undefined) {
    throw new UsageError(
      `bad rule "${quoted}" for --slo: write it as "p95(wait)<200ms", "max(total)<2s" or "rate(errors)<1%"`,
    );
  }
  const { aggregate, inner, metric: plain, operator, number, unit } = found;
  const inclusive = operator === '<=';
  if (aggregate === 'rate') {
    if (inner !== 'errors')
      throw new UsageError(`unknown rate "${inner}" in rule "${quoted}" for --slo: write rate(errors)`);
    if (unit !== undefined && unit !== '%') {
      throw new UsageError(`a rate is no time, in rule "${quoted}" for --slo: write ${number}%`);
    }
    return { text: written, of: undefined, inclusive, limit: Number(number) / (unit === '%' ? 100 : 1) };
  }
  const metric = METRICS.find((name) => name === (inner ?? plain));
  if (metric === undefined) throw unknownMetric(written, inner ?? plain ?? '');
  if (unit === undefined || unit === '%') {
    throw new UsageError(`no unit of time in rule "${quoted}" for --slo: write ${number}ms or ${number}s`);
  }
  const of = { aggregate: readAggregate(aggregate ?? 'max', quoted), metric };
  return { text: written, of, inclusive, limit: Number(number) * (MILLISECONDS[unit] ?? 1) };
}

function readAggregate(name: string, quoted: string): Aggregate {
  if (name === 'max' || name === 'mean') return { kind: name };
  const percent = /^p([\d.]+)$/.exec(name)?.[1];
  if (percent !== undefined) return { kind: 'percentile', percent: Number(percent) };
  const near = suggest(name, AGGREGATES);
  const hint = near === undefined ? `it is one of ${AGGREGATES.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`unknown name "${name}" in rule "${quoted}" for --slo: ${hint}`);
}

/** Compares what was counted with an objective. Percentiles are known to 1 %; maximum, mean and rate exactly. */
export function judgeObjective(objective: Objective, summarizer: Summarizer): ObjectiveResult {
  const value = measure(objective, summarizer);
  if (value === undefined || Number.isNaN(value)) return { objective, kept: true, value: undefined };
  return { objective, kept: objective.inclusive ? value <= objective.limit : value < objective.limit, value };
}

function measure({ of }: Objective, summarizer: Summarizer): number | undefined {
  if (of === undefined) return summarizer.errorRate;
  const histogram = summarizer.histogramOf(of.metric);
  if (histogram === undefined) return undefined;
  const { aggregate } = of;
  return aggregate.kind === 'percentile'
    ? histogram.percentile(aggregate.percent)
    : histogram[aggregate.kind];
}
