import type { Summarizer } from '../../analyze/summarizer.ts';
import type { SloResult, SloRule } from '../slo.ts';

/** Compares all requests of a run with a rule. Each request counts for itself, also when a redirect led to it. */
export function measure(rule: SloRule, summarizer: Summarizer): SloResult {
  const histogram = summarizer.histogramOf(rule.metric);
  if (histogram === undefined || histogram.count === 0) return { rule, kept: true, value: undefined };
  const value = histogram.percentile(rule.percent);
  return { rule, kept: rule.inclusive ? value <= rule.limit : value < rule.limit, value };
}
