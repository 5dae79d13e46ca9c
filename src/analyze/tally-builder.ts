import type { ErrorRecord, RoundTripRecord } from '../record/types.ts';
import { METRICS, type Metric } from '../view/stats.ts';
import { significantError } from '../view/significant-error.ts';
import { busyTime } from './busy-time.ts';
import { hasFailed } from './filter.ts';
import { Histogram } from './histogram.ts';
import type { ErrorCount, MetricSummary, Tally } from './summary.ts';

/** Of errors and statuses no more kinds than these are kept apart; a hostile server can make up any number. */
const MOST_KINDS = 50;

/** Counts round trips. Its size does not depend on how many. */
export class TallyBuilder {
  requests = 0;
  #failed = 0;
  #bad = 0;
  #incomplete = 0;
  #mocked = 0;
  #redirects = 0;
  #retries = 0;
  #opened = 0;
  #reused = 0;
  #bodyBytes = 0;
  #busy = 0;
  readonly #statuses = new Map<number, number>();
  readonly #errors = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>();
  readonly #histograms = new Map<Metric, Histogram>();

  add(record: RoundTripRecord): void {
    const { response, connection, call, outcome, error } = record;
    this.requests++;
    if (response !== undefined) addTo(this.#statuses, response.status, 1);
    if (record.intercepted) {
      this.#mocked++;
      return;
    }
    if (call.reason === 'redirect') this.#redirects++;
    if (call.reason === 'retry') this.#retries++;
    if (outcome === 'incomplete') this.#incomplete++;
    if (outcome === 'error') this.#failed++;
    if (hasFailed(record)) this.#bad++;
    if (error !== undefined) this.#addError(error, record);
    if (connection?.reused === false) this.#opened++;
    if (connection?.reused === true) this.#reused++;
    this.#bodyBytes += response?.bodyBytes ?? 0;
    this.#busy += busyTime(record);
    if (outcome === 'ok') this.#addDurations(record);
  }

  #addDurations({ phases, duration, response }: RoundTripRecord): void {
    let ttfb = duration;
    for (let i = 0; i < phases.length; i++) {
      const { name, start } = phases[i]!;
      if (name === 'receive' && start < ttfb) ttfb = start;
      // A phase can come twice: TLS to a proxy, then TLS through it.
      if (phases.findIndex((phase) => phase.name === name) < i) continue;
      const all = phases.reduce((sum, phase) => (phase.name === name ? sum + phase.duration : sum), 0);
      this.#histogram(name).add(all);
    }
    this.#histogram('total').add(duration);
    if (response !== undefined) this.#histogram('ttfb').add(ttfb);
  }

  #histogram(metric: Metric): Histogram {
    let histogram = this.#histograms.get(metric);
    if (histogram === undefined) this.#histograms.set(metric, (histogram = new Histogram()));
    return histogram;
  }

  #addError(outer: ErrorRecord, { id }: RoundTripRecord): void {
    const error = significantError(outer);
    const code = (error.code ?? error.name).slice(0, 100);
    const phase = outer.phase ?? error.phase;
    const key = `${code} ${phase}`;
    const known = this.#errors.get(key);
    if (known !== undefined) known.count++;
    else if (this.#errors.size < MOST_KINDS)
      this.#errors.set(key, { code, phase, count: 1, example: outer, record: id });
  }

  /** Adds all that `other` has counted. */
  merge(other: TallyBuilder): void {
    this.requests += other.requests;
    this.#failed += other.#failed;
    this.#bad += other.#bad;
    this.#incomplete += other.#incomplete;
    this.#mocked += other.#mocked;
    this.#redirects += other.#redirects;
    this.#retries += other.#retries;
    this.#opened += other.#opened;
    this.#reused += other.#reused;
    this.#bodyBytes += other.#bodyBytes;
    this.#busy += other.#busy;
    for (const [status, count] of other.#statuses) addTo(this.#statuses, status, count);
    for (const [key, error] of other.#errors) {
      const known = this.#errors.get(key);
      if (known !== undefined) known.count += error.count;
      else if (this.#errors.size < MOST_KINDS) this.#errors.set(key, { ...error });
    }
    for (const [metric, histogram] of other.#histograms) this.#histogram(metric).merge(histogram);
  }

  /** Undefined when the metric did not happen in any round trip that worked. */
  histogramOf(metric: Metric): Histogram | undefined {
    return this.#histograms.get(metric);
  }

  tally(): Tally {
    const connected = this.#opened + this.#reused;
    return {
      requests: this.requests,
      failed: this.#failed,
      bad: this.#bad,
      incomplete: this.#incomplete,
      mocked: this.#mocked,
      redirects: this.#redirects,
      retries: this.#retries,
      opened: this.#opened,
      reused: this.#reused,
      reuseRatio: connected === 0 ? undefined : this.#reused / connected,
      statuses: Array.from(this.#statuses, ([status, count]) => ({ status, count })).sort(byCount),
      errors: Array.from(this.#errors.values(), (error) => ({ ...error })).sort(byCount),
      bodyBytes: this.#bodyBytes,
      metrics: METRICS.flatMap((metric) => metricSummary(metric, this.#histograms.get(metric))),
      busy: this.#busy,
    };
  }
}

function metricSummary(metric: Metric, histogram: Histogram | undefined): MetricSummary[] {
  if (histogram === undefined) return [];
  const { count, min, mean, max } = histogram;
  const [p50, p90, p95, p99] = [50, 90, 95, 99].map((percent) => histogram.percentile(percent));
  return [{ metric, count, min, mean, p50: p50!, p90: p90!, p95: p95!, p99: p99!, max }];
}

function addTo(counts: Map<number, number>, key: number, more: number): void {
  const known = counts.get(key);
  if (known !== undefined || counts.size < MOST_KINDS) counts.set(key, (known ?? 0) + more);
}

function byCount(a: { readonly count: number }, b: { readonly count: number }): number {
  return b.count - a.count;
}
