import type { ErrorRecord, PhaseName, RoundTripRecord } from '../record/types.ts';
import type { EndLine, LostLine, RunLine } from '../trace-file/types.ts';
import type { Metric } from '../view/stats.ts';
import type { Finding } from './findings/finding.ts';

/** What many records tell together: plain data. */
export interface Summary extends Tally {
  /** What was run, when the records are of a run. */
  readonly run?: RunLine;
  readonly end?: EndLine;
  /** Wall clock of the first start and the last end, milliseconds since the Unix epoch; absent without requests. */
  readonly span?: { readonly from: number; readonly to: number };
  /** Processes and threads that made requests. */
  readonly processes: number;
  /** The origins with most requests first. When there were more than can be kept, the rest is together the last one. */
  readonly origins: readonly OriginSummary[];
  /** The slowest requests, failed ones among them, slowest first. */
  readonly slowest: readonly RoundTripRecord[];
  /** Records that the writer had to drop. */
  readonly lost: readonly { readonly reason: LostLine['reason']; readonly records: number }[];
  /** What is wrong or could be better; the most important first. */
  readonly findings: readonly Finding[];
}

/** One origin. */
export interface OriginSummary extends Tally {
  /** `https://example.com:8443`; undefined for the rest of them. */
  readonly origin: string | undefined;
}

/** Counts and distributions of a number of round trips. */
export interface Tally {
  /** Round trips: a call that was redirected or sent again counts more than once. */
  readonly requests: number;
  /** Those that failed: no response, or not all of it. */
  readonly failed: number;
  /** Those that failed or were answered with 400 or more. */
  readonly bad: number;
  /** Those still open when they were recorded. */
  readonly incomplete: number;
  /** Those answered by a mock. They are in no other number but `requests` and `statuses`. */
  readonly mocked: number;
  readonly redirects: number;
  readonly retries: number;
  /** Round trips that were the first on their connection, and those that were not. */
  readonly opened: number;
  readonly reused: number;
  /** `reused` of all that had a connection, 0 to 1; undefined when none had. */
  readonly reuseRatio: number | undefined;
  /** How often each status came, most often first. */
  readonly statuses: readonly { readonly status: number; readonly count: number }[];
  /** Why requests failed, most often first. */
  readonly errors: readonly ErrorCount[];
  /** Bytes of response bodies. */
  readonly bodyBytes: number;
  /** Of those round trips that worked, each metric that happened at all: how long a failed one took says nothing. */
  readonly metrics: readonly MetricSummary[];
  /** Milliseconds in which the event loop was busy while round trips waited, of the sum of all their durations. */
  readonly busy: number;
}

/** One kind of failure. */
export interface ErrorCount {
  /** `ECONNREFUSED`; the error's name when it has no code. */
  readonly code: string;
  readonly phase: PhaseName | undefined;
  readonly count: number;
  /** The first of them, and the id of its record. */
  readonly example: ErrorRecord;
  readonly record: string;
}

/** Distribution of a metric, in milliseconds. Percentiles are by nearest rank, within 1 %; the rest is exact. */
export interface MetricSummary {
  readonly metric: Metric;
  /** How many round trips it happened in. */
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}
