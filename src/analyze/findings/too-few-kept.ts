import { formatDuration } from '../../view/format.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText, severityOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import { announcedTimeout } from './header.ts';
import { PerKey } from './per-key.ts';
import { couldReuse, opensConnection, type Seen, setupTime } from './seen.ts';

/**
 * An agent of node:http closed connections because as many were idle already as it keeps (`maxFreeSockets`), and then opened
 * new ones.
 *
 * Found when it closed {@link LEAST} for that reason and {@link LEAST} requests opened one soon after another had ended. The
 * default of 256 is not told of: what is closed then was mostly ended by the server, which gives the same reason.
 */
export class TooFewKept implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    limit: 0,
    closed: 0,
    reopened: 0,
    setup: 0,
    time: 0,
    examples: [] as string[],
  }));

  addRoundTrip(seen: Seen): void {
    const { record, origin } = seen;
    const { connection, response } = record;
    if (connection === undefined) return;
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.time += record.duration;
    const limit = Number(/\(maxFreeSockets (\d+)\)/.exec(connection.closeReason ?? '')?.[1] ?? DEFAULT_LIMIT);
    const announced = response === undefined ? undefined : announcedTimeout(response.header);
    if (limit < DEFAULT_LIMIT && (announced === undefined || announced > 2)) {
      state.closed++;
      state.limit = Math.max(state.limit, limit);
      keepExample(state.examples, record.id);
    }
    if (state.closed > 0 && opensConnection(record) && couldReuse(seen)) {
      state.reopened++;
      state.setup += setupTime(record);
    }
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, limit, closed, reopened, setup, time, examples } of this.#origins.values) {
      if (closed < LEAST || reopened < LEAST) continue;
      found.push({
        kind: 'too-few-kept',
        severity: severityOf(setup, time),
        origin,
        title: 'The agent keeps fewer idle connections than the program needs',
        evidence:
          `${closed} connections were closed because ${limit} were idle already (maxFreeSockets), and ${reopened} new ones were opened soon after. ` +
          `That took ${formatDuration(setup)}, ${percentText(setup / time)} of the time of all requests.`,
        advice: `Raise \`maxFreeSockets\` of the agent to as many requests as there are at a time; the default is ${DEFAULT_LIMIT}.`,
        records: examples,
        cost: setup,
      });
    }
    return found;
  }
}

const LEAST = 5;
const DEFAULT_LIMIT = 256;
