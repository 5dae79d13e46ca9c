import type { AttemptRecord } from '../../record/types.ts';
import { formatDuration, plural } from '../../view/format.ts';
import { Histogram } from '../histogram.ts';
import type { Detector } from './detector.ts';
import { keepExample, listText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

/**
 * A name has several addresses, and attempts at one fail or time out before another answers (Happy Eyeballs).
 *
 * Found for an address that failed {@link LEAST} times, each time it was tried, in dials that then succeeded elsewhere, and
 * cost {@link LEAST_LOST} ms together: `localhost` being refused on ::1 costs nothing. When an address answers at other times,
 * and attempts at it were given up at Node's limit in a fifth of the cases, the limit is too short for the way there.
 */
export class DeadAddress implements Detector {
  readonly #addresses = new PerKey(() => ({
    origin: '',
    addr: '',
    tried: 0,
    failed: 0,
    timedOut: 0,
    lost: 0,
    failures: new Histogram(),
    codes: new Set<string>(),
    instead: '',
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin }: Seen): void {
    const attempts = record.dial?.attempts ?? [];
    const winner = attempts.find(hasSucceeded);
    // Where all failed there is nothing that could have been tried first.
    if (winner === undefined) return;
    for (const attempt of attempts) {
      const { addr, error, duration = 0 } = attempt;
      const state = this.#addresses.of(`${origin} ${addr}`);
      if (state === undefined) return;
      state.origin = origin;
      state.addr = addr;
      state.tried++;
      if (error === undefined) continue;
      state.failed++;
      state.lost += duration;
      state.failures.add(duration);
      state.instead = winner.addr;
      if (error.code === 'ETIMEDOUT') state.timedOut++;
      if (state.codes.size < 5) state.codes.add(error.code ?? error.name);
      keepExample(state.examples, record.id);
    }
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const state of this.#addresses.values) {
      const { origin, addr, tried, failed, timedOut, lost, failures, codes, instead, examples } = state;
      if (failed < LEAST || lost < LEAST_LOST) continue;
      const each = formatDuration(failures.percentile(50));
      const shared = {
        kind: 'dead-address',
        severity: 'warning',
        origin,
        records: examples,
        cost: lost,
      } as const;
      if (failed === tried) {
        found.push({
          ...shared,
          title: `The address ${addr} does not answer`,
          evidence: `Tried in ${plural(tried, 'connection')} and failed each time (${listText([...codes])} after ${each}, median) before ${instead} answered: ${formatDuration(lost)} lost.`,
          advice:
            'Take the address out of DNS, or repair the way to it. Until then `dns.setDefaultResultOrder("ipv4first")`, or `family: 4` for the agent, tries the others first.',
        });
      } else if (timedOut >= tried * LEAST_TIMED_OUT) {
        found.push({
          ...shared,
          title: `Attempts to connect to ${addr} are given up too early`,
          evidence: `${timedOut} of ${tried} attempts were given up after ${each} (median), though it answers at other times: ${formatDuration(lost)} lost.`,
          advice:
            'The way there takes about as long as Node waits for one address: raise the limit with `net.setDefaultAutoSelectFamilyAttemptTimeout(1000)`.',
        });
      }
    }
    return found;
  }
}

const LEAST = 3;
/** Milliseconds. */
const LEAST_LOST = 100;
const LEAST_TIMED_OUT = 0.2;

function hasSucceeded({ error, duration }: AttemptRecord): boolean {
  return error === undefined && duration !== undefined;
}
