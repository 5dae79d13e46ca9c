import type { RoundTripRecord } from '../../record/types.ts';
import { formatDuration, plural } from '../../view/format.ts';
import { Histogram } from '../histogram.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import { isHttp1, type Seen } from './seen.ts';

/**
 * Requests waited for one of a few connections that others were using: the pool is smaller than the number of requests at a
 * time.
 *
 * Counted when a request opened nothing, waited {@link LEAST_WAIT} ms or more (time in which the event loop was busy not
 * among them), and then got a connection as soon as that was free. Found when {@link LEAST} requests did so and the waiting
 * is a fifth of their time. HTTP/2 needs one connection; waiting for its first handshake is no queue.
 */
export class Queued implements Detector {
  readonly #places = new PerKey(() => ({
    origin: '',
    requests: 0,
    waits: new Histogram(),
    time: 0,
    connections: new Set<string>(),
    usesUndici: false,
    intervals: [] as { readonly from: number; readonly to: number }[],
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin, place, start }: Seen): void {
    const state = this.#places.of(place);
    if (state === undefined) return;
    state.origin = origin;
    state.requests++;
    const waited = waitedForConnection(record);
    if (waited < LEAST_WAIT) return;
    state.waits.add(waited);
    state.time += record.duration;
    state.usesUndici ||= record.client.name === 'undici' || record.client.name === 'fetch';
    if (state.connections.size < MOST_CONNECTIONS && record.connection !== undefined) {
      state.connections.add(record.connection.id);
    }
    state.intervals.push({ from: start, to: start + waited });
    if (state.intervals.length > MOST_INTERVALS) state.intervals.shift();
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, requests, waits, time, connections, usesUndici, intervals, examples } of this.#places
      .values) {
      if (waits.count < LEAST || waits.sum < time * LEAST_SHARE) continue;
      const open = `${connections.size < MOST_CONNECTIONS ? '' : 'more than '}${plural(connections.size, 'connection')}`;
      found.push({
        kind: 'queued',
        severity: 'warning',
        origin,
        title: 'Requests wait for a free connection',
        evidence:
          `${waits.count} of ${requests} requests waited ${formatDuration(waits.percentile(50))} (median; the longest ${formatDuration(waits.max)}) while ${open} were in use, ` +
          `up to ${mostAtOnce(intervals)} of them at a time: ${percentText(waits.sum / time)} of their time.`,
        advice: usesUndici
          ? 'Allow more connections (`connections` of an undici Agent or Pool; a Client has one), or send fewer requests at a time.'
          : 'Raise `maxSockets` of the agent, or send fewer requests at a time.',
        records: examples,
        cost: waits.sum,
      });
    }
    return found;
  }
}

const LEAST = 10;
/** Milliseconds. */
const LEAST_WAIT = 5;
const LEAST_SHARE = 0.2;
const MOST_CONNECTIONS = 100;
const MOST_INTERVALS = 2000;

function waitedForConnection(record: RoundTripRecord): number {
  const { dial, connection, phases } = record;
  if (dial !== undefined || connection?.reused !== true || !isHttp1(record)) return 0;
  const queued = phases.find(({ name }) => name === 'queued');
  if (queued === undefined) return 0;
  // One that had been idle for longer was free all the time: something else kept the request.
  if (connection.wasIdle && (connection.idleTime ?? Infinity) > LEAST_WAIT) return 0;
  return queued.duration - (queued.busy ?? 0);
}

/** How many intervals overlap at most. */
function mostAtOnce(intervals: readonly { readonly from: number; readonly to: number }[]): number {
  const changes = intervals.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
