import type { RoundTripRecord } from '../record/types.ts';
import type { EndLine, LostLine, RunLine, TraceLine } from '../trace-file/types.ts';
import type { Metric } from '../view/stats.ts';
import { Findings } from './findings/findings.ts';
import type { Histogram } from './histogram.ts';
import { originOf } from './origin.ts';
import { Slowest } from './slowest.ts';
import type { OriginSummary, Summary } from './summary.ts';
import { TallyBuilder } from './tally-builder.ts';

/** More origins than these are counted together: a crawler has any number of them. */
const MOST_ORIGINS = 1000;
const MOST_PROCESSES = 10_000;
const SLOWEST = 10;

/** Sums up records as they come. What it keeps has a bound, whatever their number: it can run beside a program for days. */
export class Summarizer {
  readonly #origins = new Map<string, TallyBuilder>();
  readonly #rest = new TallyBuilder();
  readonly #slowest = new Slowest(SLOWEST);
  readonly #processes = new Set<string>();
  readonly #lost = new Map<LostLine['reason'], number>();
  readonly #findings = new Findings();
  #run: RunLine | undefined;
  #end: EndLine | undefined;
  #from = Infinity;
  #to = -Infinity;

  /** Counts a line. Lines of one process are to come in their order; those of several may come mixed. */
  add(line: TraceLine): void {
    switch (line.type) {
      case 'roundTrip':
        this.#addRoundTrip(line);
        break;
      case 'connection':
        this.#findings.addConnection(line);
        break;
      case 'lost':
        this.#lost.set(line.reason, (this.#lost.get(line.reason) ?? 0) + line.records);
        break;
      case 'run':
        this.#run ??= line;
        break;
      case 'end':
        this.#end = line;
        break;
    }
  }

  #addRoundTrip(record: RoundTripRecord): void {
    const origin = originOf(record.request.url);
    this.#tallyOf(origin).add(record);
    this.#slowest.add(record);
    this.#findings.addRoundTrip(record, origin);
    const { process, wallTime, duration } = record;
    if (this.#processes.size < MOST_PROCESSES) this.#processes.add(`${process.pid}-${process.threadId}`);
    if (wallTime < this.#from) this.#from = wallTime;
    if (wallTime + duration > this.#to) this.#to = wallTime + duration;
  }

  #tallyOf(origin: string): TallyBuilder {
    const known = this.#origins.get(origin);
    if (known !== undefined) return known;
    if (this.#origins.size >= MOST_ORIGINS) return this.#rest;
    const tally = new TallyBuilder();
    this.#origins.set(origin, tally);
    return tally;
  }

  /** Requests of all origins together. */
  #total(): TallyBuilder {
    const total = new TallyBuilder();
    for (const tally of this.#origins.values()) total.merge(tally);
    total.merge(this.#rest);
    return total;
  }

  /** Share of the finished round trips that failed or were answered with 400 or more, 0 to 1; NaN when there was none. */
  get errorRate(): number {
    const { requests, mocked, incomplete, bad } = this.#total().tally();
    return bad / (requests - mocked - incomplete);
  }

  /** The distribution of a metric over all round trips that worked; undefined when it happened in none. */
  histogramOf(metric: Metric): Histogram | undefined {
    return this.#total().histogramOf(metric);
  }

  /** What has been counted so far; may be asked for again and again. */
  summary(): Summary {
    const origins: OriginSummary[] = Array.from(this.#origins, ([origin, tally]) => ({
      origin,
      ...tally.tally(),
    })).sort((a, b) => b.requests - a.requests);
    if (this.#rest.requests > 0) origins.push({ origin: undefined, ...this.#rest.tally() });
    return {
      ...this.#total().tally(),
      ...(this.#run === undefined ? {} : { run: this.#run }),
      ...(this.#end === undefined ? {} : { end: this.#end }),
      ...(this.#from > this.#to ? {} : { span: { from: this.#from, to: this.#to } }),
      processes: this.#processes.size,
      origins,
      slowest: this.#slowest.records,
      lost: Array.from(this.#lost, ([reason, records]) => ({ reason, records })),
      findings: this.#findings.list(origins),
    };
  }
}
