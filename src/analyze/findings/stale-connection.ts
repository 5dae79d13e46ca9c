import { formatDuration, plural } from '../../view/format.ts';
import { significantError } from '../../view/significant-error.ts';
import { Histogram } from '../histogram.ts';
import type { RoundTripRecord } from '../../record/types.ts';
import type { Detector } from './detector.ts';
import { keepExample } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

/**
 * Requests failed because the server closed their connection just when they were sent: it had been idle for about as long
 * as the server keeps one.
 *
 * Found when {@link LEAST} requests got a reset or an end, without any response, on a connection that had served another
 * request and had lain idle. One can happen to anybody.
 */
export class StaleConnection implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    reused: 0,
    failed: 0,
    idle: new Histogram(),
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin }: Seen): void {
    if (record.connection?.reused !== true) return;
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.reused++;
    if (!isStale(record)) return;
    state.failed++;
    state.idle.add(record.connection.idleTime ?? 0);
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, reused, failed, idle, examples } of this.#origins.values) {
      if (failed < LEAST) continue;
      found.push({
        kind: 'stale-connection',
        severity: 'warning',
        origin,
        title: 'Requests fail on connections that the server is closing',
        evidence:
          `${plural(failed, 'request')} of ${reused} on a reused connection got no response, because the server closed it. ` +
          `The connections had been idle for ${formatDuration(idle.percentile(50))} (median).`,
        advice:
          'Let the client close idle connections before the server does: a shorter `keepAliveTimeout` (undici), or a longer idle timeout of the server. Send requests that may be repeated again (undici: `interceptors.retry()`).',
        records: examples,
      });
    }
    return found;
  }
}

const LEAST = 2;
const ENDED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** It got no response on a connection that had lain idle, because that was closed. */
export function isStale({ outcome, error, response, connection }: RoundTripRecord): boolean {
  if (outcome !== 'error' || error === undefined || response !== undefined) return false;
  if (connection?.reused !== true || !connection.wasIdle) return false;
  const { code, message } = significantError(error);
  return ENDED.has(code ?? '') || /socket hang up|other side closed/.test(message);
}
