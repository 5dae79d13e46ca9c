import { formatDuration, plural } from '../../view/format.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

/**
 * The client sent requests again by itself: what the program sees as one slow call was several.
 *
 * Found when {@link LEAST} round trips were such attempts and they are 5 % of all to the origin. Only of clients that tell
 * which round trips are of one call (undici's retry interceptor, fetch).
 */
export class Retries implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    requests: 0,
    retries: 0,
    worst: 0,
    time: 0,
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin }: Seen): void {
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.requests++;
    if (record.call.reason !== 'retry') return;
    state.retries++;
    state.worst = Math.max(state.worst, record.call.attempt);
    state.time += record.duration;
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, requests, retries, worst, time, examples } of this.#origins.values) {
      if (retries < LEAST || retries < requests * 0.05) continue;
      found.push({
        kind: 'retries',
        severity: 'warning',
        origin,
        title: 'Requests are sent again',
        evidence: `${retries} of ${plural(requests, 'round trip')} (${percentText(retries / requests)}) were another attempt at the same call, one of them attempt ${worst}; they took ${formatDuration(time)}.`,
        advice: 'Find out why the first attempts fail, and give each attempt a time limit of its own.',
        records: examples,
        cost: time,
      });
    }
    return found;
  }
}

const LEAST = 3;
