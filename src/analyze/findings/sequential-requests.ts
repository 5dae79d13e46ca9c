import type { RoundTripRecord } from '../../record/types.ts';
import { formatDuration } from '../../view/format.ts';
import { endpointOf } from '../endpoint.ts';
import type { Detector } from './detector.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

/**
 * Many small requests of one kind were sent one after the other: a loop with an `await` in it, where one request for all, or
 * several at a time, would take a fraction.
 *
 * A run is requests of a process to one endpoint (method, path with ids folded) of which each began within {@link PAUSE} ms
 * of the end of the one before, with no other request to the origin between or beside them, each answered with less than {@link SMALL} bytes. Found when the longest
 * run has {@link LEAST}, which took {@link LEAST_TIME} ms together and {@link LEAST_EACH} ms each (to a server on the same
 * machine there is little to gain). Whether they depend on each other cannot be told.
 */
export class SequentialRequests implements Detector {
  readonly #runs = new PerKey(() => new Run());

  addRoundTrip({ record, origin, place, start, end }: Seen): void {
    const run = this.#runs.of(place);
    const { response, outcome } = record;
    if (run === undefined) return;
    const isSmall = outcome === 'ok' && response !== undefined && (response.bodyBytes ?? 0) < SMALL;
    if (isSmall) run.add(origin, record, start, end);
    else run.break();
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, longest } of this.#runs.values) {
      const { time, count, endpoint } = longest;
      if (count < LEAST || time < LEAST_TIME || time < count * LEAST_EACH) continue;
      found.push({
        kind: 'sequential-requests',
        severity: 'info',
        origin,
        title: `${count} small requests one after the other: ${endpoint}`,
        evidence: `Each began when the one before had ended, ${formatDuration(time)} in all, ${formatDuration(time / count)} each.`,
        advice:
          'Ask for all at once if the server can, or send several at a time (`Promise.all` over a part of them, or a limit such as p-limit).',
        records: longest.examples,
      });
    }
    return found;
  }
}

const LEAST = 20;
/** Milliseconds. */
const PAUSE = 10;
const LEAST_TIME = 500;
const LEAST_EACH = 5;
/** Bytes. */
const SMALL = 64_000;

interface Longest {
  readonly count: number;
  /** Milliseconds of the requests, without the pauses. */
  readonly time: number;
  readonly endpoint: string;
  readonly examples: readonly string[];
}

/** The latest requests of a process to an origin. */
class Run {
  origin = '';
  longest: Longest = { count: 0, time: 0, endpoint: '', examples: [] };
  /** Wall clock at which the latest ended. */
  #end = Infinity;
  #first: RoundTripRecord['request'] | undefined;
  #endpoint: string | undefined;
  #count = 0;
  #time = 0;
  #examples: string[] = [];

  add(origin: string, record: RoundTripRecord, start: number, end: number): void {
    this.origin = origin;
    const pause = start - this.#end;
    // Wall clock times are rounded. Endpoints are looked at last, because that costs most.
    if (pause < -0.01 || pause > PAUSE || !this.#isSame(record)) this.#begin(record);
    this.#count++;
    this.#time += end - start;
    this.#end = end;
    if (this.#examples.length < 5) this.#examples.push(record.id);
    if (this.#count < LEAST || this.#count <= this.longest.count) return;
    this.longest = {
      count: this.#count,
      time: this.#time,
      endpoint: this.#endpoint ?? '',
      examples: this.#examples,
    };
  }

  break(): void {
    this.#end = Infinity;
  }

  #begin({ request }: RoundTripRecord): void {
    this.#first = request;
    this.#endpoint = undefined;
    this.#count = 0;
    this.#time = 0;
    this.#examples = [];
  }

  #isSame({ request }: RoundTripRecord): boolean {
    if (this.#first === undefined) return false;
    this.#endpoint ??= endpointOf(this.#first);
    return this.#endpoint === endpointOf(request);
  }
}
