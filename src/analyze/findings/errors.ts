import { plural } from '../../view/format.ts';
import { significantError } from '../../view/significant-error.ts';
import { neglectOf } from './body-not-consumed.ts';
import type { Detector } from './detector.ts';
import { keepExample, listText, percentText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import { isStale } from './stale-connection.ts';
import type { Seen } from './seen.ts';

/**
 * Requests failed, or the server answered that it could not do its work (5xx) or wants less of it (429).
 *
 * Found when {@link LEAST} did and they are 5 % of the requests to the origin, or {@link LEAST_OF_MANY} and 1 %. What the
 * program itself ended (AbortError) is no failure; what another finding explains (bodies, stale connections) is not told
 * twice. Other 4xx are what the program asked for.
 */
export class Errors implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    requests: 0,
    bad: 0,
    causes: new Map<string, number>(),
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin }: Seen): void {
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.requests++;
    const { outcome, error, response } = record;
    let cause: string | undefined;
    if (outcome === 'error' && error !== undefined) {
      const inner = significantError(error);
      const isOwn =
        inner.name === 'AbortError' || inner.code === 'ABORT_ERR' || inner.code === 'UND_ERR_ABORTED';
      if (isOwn || neglectOf(record) !== undefined || isStale(record)) return;
      cause = `${(inner.code ?? inner.name).slice(0, 60)}${error.phase === undefined ? '' : ` (${error.phase})`}`;
    } else if (response !== undefined && (response.status >= 500 || response.status === 429)) {
      cause = `status ${response.status}`;
    }
    if (cause === undefined) return;
    state.bad++;
    const known = state.causes.get(cause);
    if (known !== undefined || state.causes.size < MOST_CAUSES) state.causes.set(cause, (known ?? 0) + 1);
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, requests, bad, causes, examples } of this.#origins.values) {
      const share = bad / requests;
      const isMany = (bad >= LEAST && share >= 0.05) || (bad >= LEAST_OF_MANY && share >= 0.01);
      if (!isMany) continue;
      const common = [...causes].sort((a, b) => b[1] - a[1]).slice(0, 3);
      found.push({
        kind: 'errors',
        severity: 'warning',
        origin,
        title: 'Requests fail',
        evidence: `${bad} of ${plural(requests, 'request')} (${percentText(share)}): ${listText(common.map(([cause, count]) => `${count} with ${cause}`))}.`,
        advice: 'Look at one of them: `httptrace show FILE ID` says what happened and what to try.',
        records: examples,
      });
    }
    return found;
  }
}

const LEAST = 3;
const LEAST_OF_MANY = 20;
const MOST_CAUSES = 20;
