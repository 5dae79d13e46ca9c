import { METRICS, metricValues, percentile, type Call, type Metric } from '../view/stats.ts';
import { quoteArgument } from './args.ts';
import { UsageError } from './errors.ts';
import { suggest } from './suggest.ts';

/** A limit that the user set on a metric. */
export interface SloRule {
  /** As the user wrote it. */
  readonly text: string;
  readonly metric: Metric;
  /** Percentile that is compared; 100, the slowest, when the rule names none. */
  readonly percent: number;
  readonly inclusive: boolean;
  /** Milliseconds. */
  readonly limit: number;
}

export interface SloResult {
  readonly rule: SloRule;
  readonly kept: boolean;
  /** Milliseconds; undefined when the metric did not happen, which breaks no limit. */
  readonly value: number | undefined;
}

const RULE =
  /^(?:p(?<percent>\d{1,2}(?:\.\d+)?|100)\((?<inner>[a-z]+)\)|(?<metric>[a-z]+))(?<operator><=?)(?<number>\d+(?:\.\d+)?|\.\d+)(?<unit>us|ms|s|m)?$/;
/** Of the units of a limit. */
export const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/**
 * Reads a rule: `total<500ms`, `wait<=0.2s`, `p95(total)<1s`. Units are us, ms, s and m.
 *
 * @throws UsageError when it is not one.
 */
export function parseSlo(written: string): SloRule {
  const text = written.replaceAll(/\s+/g, '').replace('µs', 'us').toLowerCase();
  const found = RULE.exec(text)?.groups;
  if (found === undefined) {
    throw new UsageError(
      `bad rule "${quoteArgument(written)}" for --slo: write it as "total<500ms" or "p95(wait)<80ms"`,
    );
  }
  const { percent, inner, metric: plain, operator, number, unit } = found;
  const metric = METRICS.find((name) => name === (inner ?? plain));
  if (metric === undefined) throw unknownMetric(written, inner ?? plain ?? '');
  if (unit === undefined) {
    throw new UsageError(
      `no unit in rule "${quoteArgument(written)}" for --slo: write ${number}ms or ${number}s`,
    );
  }
  return {
    text: written,
    metric,
    percent: percent === undefined ? 100 : Number(percent),
    inclusive: operator === '<=',
    limit: Number(number) * (MILLISECONDS[unit] ?? 1),
  };
}

export function unknownMetric(written: string, name: string, known: readonly string[] = METRICS): UsageError {
  const near = suggest(name, known);
  const hint = near === undefined ? `it is one of ${known.join(', ')}` : `did you mean ${near}?`;
  return new UsageError(`unknown name "${name}" in rule "${quoteArgument(written)}" for --slo: ${hint}`);
}

/** Compares measured calls with a rule. */
export function checkSlo(rule: SloRule, calls: readonly Call[]): SloResult {
  const values = metricValues(calls, rule.metric);
  if (values.length === 0) return { rule, kept: true, value: undefined };
  const value = percentile(values, rule.percent);
  return { rule, kept: rule.inclusive ? value <= rule.limit : value < rule.limit, value };
}
