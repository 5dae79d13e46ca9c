import { formatDuration, plural } from '../../view/format.ts';
import { Histogram } from '../histogram.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import { opensConnection, phaseTime, type Seen } from './seen.ts';

/**
 * TLS handshakes begin from nothing although an earlier session could have been resumed.
 *
 * Counted are handshakes of connections that were opened when another request of the process to the origin had ended, so
 * that a session was there to resume; those of a first burst had none. Found when {@link LEAST} of them, and four of five,
 * did not resume one.
 */
export class TlsNotResumed implements Detector {
  readonly #places = new PerKey(() => ({
    origin: '',
    full: new Histogram(),
    resumed: 0,
    time: 0,
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin, place, sincePrevious }: Seen): void {
    const state = this.#places.of(place);
    if (state === undefined) return;
    state.origin = origin;
    state.time += record.duration;
    const tls = record.connection?.tls;
    const took = phaseTime(record, 'tls');
    if (tls === undefined || took === 0 || !opensConnection(record) || sincePrevious === undefined) return;
    if (tls.resumed) {
      state.resumed++;
      return;
    }
    state.full.add(took);
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, full, resumed, time, examples } of this.#places.values) {
      if (full.count < LEAST || full.count < (full.count + resumed) * LEAST_SHARE) continue;
      found.push({
        kind: 'tls-not-resumed',
        severity: full.sum >= time * COSTLY ? 'warning' : 'info',
        origin,
        title: 'TLS sessions are not resumed',
        evidence:
          `${plural(full.count, 'connection')} began with a full handshake, though an earlier session was there; ${resumed} resumed one. ` +
          `A handshake took ${formatDuration(full.percentile(50))} (median), ${percentText(full.sum / time)} of the time of all requests.`,
        advice:
          'First keep connections. Sessions are remembered by an agent (`maxCachedSessions`, 100) or dispatcher: use one for all requests. The server must hand out session tickets.',
        records: examples,
      });
    }
    return found;
  }
}

const LEAST = 5;
const LEAST_SHARE = 0.8;
const COSTLY = 0.1;
