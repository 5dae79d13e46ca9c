import { formatDuration } from '../../view/format.ts';
import { Histogram } from '../histogram.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText, severityOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import { phaseTime, type Seen } from './seen.ts';

/**
 * The same name was looked up again and again: Node keeps no answers, so each new connection asks.
 *
 * Found when a process looked a name up {@link LEAST} times within {@link AGAIN} ms of the time before, and these lookups took
 * {@link LEAST_TIME} ms together and {@link LEAST_SHARE} of the time of their requests. What a system's cache answers in no
 * time is no matter, nor are the lookups of a first burst.
 */
export class DnsRepeated implements Detector {
  readonly #names = new PerKey(() => ({
    origin: '',
    host: '',
    latest: -Infinity,
    lookups: new Histogram(),
    repeats: 0,
    repeatTime: 0,
    time: 0,
    from: Infinity,
    to: -Infinity,
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin, place, start }: Seen): void {
    const { dial } = record;
    const took = phaseTime(record, 'dns');
    if (dial?.host === undefined || dial.addresses === undefined || took === 0) return;
    const state = this.#names.of(`${place} ${dial.host}`);
    if (state === undefined) return;
    state.origin = origin;
    state.host = dial.host;
    state.lookups.add(took);
    state.time += record.duration;
    state.from = Math.min(state.from, start);
    state.to = Math.max(state.to, start + record.duration);
    if (start - state.latest < AGAIN) {
      state.repeats++;
      state.repeatTime += took;
      keepExample(state.examples, record.id);
    }
    state.latest = Math.max(state.latest, start);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, host, lookups, repeats, repeatTime, time, from, to, examples } of this.#names
      .values) {
      if (repeats < LEAST || repeatTime < LEAST_TIME || repeatTime < time * LEAST_SHARE) continue;
      found.push({
        kind: 'dns-repeated',
        severity: severityOf(repeatTime, time * 2),
        origin,
        title: `The name ${host} is looked up again and again`,
        evidence:
          `${lookups.count} lookups in ${formatDuration(to - from)}, each ${formatDuration(lookups.percentile(50))} (median; the slowest ${formatDuration(lookups.max)}): ` +
          `${percentText(repeatTime / time)} of the time of their requests.`,
        advice:
          'First keep connections: a request on a kept one needs no lookup. Then keep answers: `interceptors.dns()` of undici, or the `lookup` option of an agent with a cache.',
        records: examples,
        cost: repeatTime,
      });
    }
    return found;
  }
}

const LEAST = 20;
/** Milliseconds; an answer would have been good for as long. */
const AGAIN = 30_000;
const LEAST_TIME = 50;
const LEAST_SHARE = 0.05;
