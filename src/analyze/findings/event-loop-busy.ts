import { formatDuration } from '../../view/format.ts';
import { busyTime } from '../busy-time.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

/**
 * While requests waited the event loop of their process was busy with something else: what looks like a slow server or a
 * slow network is the program itself.
 *
 * Found for a process with {@link LEAST} requests in which the loop was busy for {@link LEAST_SHARE} of their time, and in
 * which it held up {@link LEAST_HELD} of them for {@link LEAST_BUSY} ms and that share of their own time: neither a program's
 * start nor one that sends small requests as fast as it can is told of.
 */
export class EventLoopBusy implements Detector {
  readonly #processes = new PerKey(() => ({
    name: '',
    requests: 0,
    held: 0,
    busy: 0,
    time: 0,
    worst: 0,
    examples: [] as string[],
  }));

  addRoundTrip({ record }: Seen): void {
    const { pid, threadId } = record.process;
    const name = threadId === 0 ? `process ${pid}` : `thread ${threadId} of process ${pid}`;
    const state = this.#processes.of(name);
    if (state === undefined) return;
    const busy = busyTime(record);
    state.name = name;
    state.requests++;
    state.busy += busy;
    state.time += record.duration;
    state.worst = Math.max(state.worst, busy);
    if (busy < LEAST_BUSY || busy < record.duration * LEAST_SHARE) return;
    state.held++;
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { name, requests, held, busy, time, worst, examples } of this.#processes.values) {
      const share = busy / time;
      if (requests < LEAST || share < LEAST_SHARE || held < LEAST_HELD) continue;
      found.push({
        kind: 'event-loop-busy',
        severity: share >= 0.5 ? 'warning' : 'info',
        title: 'The program itself keeps its requests waiting',
        evidence:
          `While the ${requests} requests of ${name} were under way its event loop was busy for ${percentText(share)} of their time: ` +
          `${formatDuration(busy / requests)} a request on average, ${formatDuration(worst)} at most. It held up ${held} of them for a good part of their time.`,
        advice:
          'Look with `node --cpu-prof` for what runs long: large JSON, synchronous file or crypto calls, loops. Move it to a worker thread, or break it up.',
        records: examples,
        cost: busy,
      });
    }
    return found;
  }
}

const LEAST = 20;
const LEAST_SHARE = 0.3;
const LEAST_HELD = 10;
/** Milliseconds. */
const LEAST_BUSY = 5;
