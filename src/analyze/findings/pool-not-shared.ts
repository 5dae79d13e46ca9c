import type { ConnectionRecord, RoundTripRecord } from '../../record/types.ts';
import { formatDuration } from '../../view/format.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText, severityOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import { isHttp1, opensConnection, type Seen, setupTime } from './seen.ts';

/**
 * A connection was opened although another of the same client to the same origin lay idle: requests have agents or
 * dispatchers of their own (one made for each request, mostly), and those do not share connections.
 *
 * Counted when a connection had been idle for {@link LEAST_IDLE} to {@link MOST_IDLE} ms and no other request had taken it.
 * Found when that is so for {@link LEAST} new connections, half of all that were not the first, and a fifth of the requests.
 * Programs with a few pools for an origin, which fill up once, stay below that.
 */
export class PoolNotShared implements Detector {
  readonly #places = new PerKey(newPlace);
  readonly #placeOf = new Map<string, Place>();

  addRoundTrip({ record, origin, place, sincePrevious }: Seen): void {
    const { connection } = record;
    if (connection === undefined || !isHttp1(record)) return;
    const state = this.#places.of(`${place} ${record.client.name}`);
    if (state === undefined) return;
    state.origin = origin;
    state.requests++;
    state.time += record.duration;
    state.usesUndici ||= record.client.name === 'undici' || record.client.name === 'fetch';
    const { start } = record;
    // The connection had been taken by this one, which took longer than the one that opened another.
    const candidate = state.candidates.get(connection.id);
    if (candidate !== undefined && start <= candidate.at + LEAST_IDLE) state.candidates.delete(connection.id);
    if (opensConnection(record) && sincePrevious !== undefined) {
      state.opened++;
      for (const [id, since] of state.idle) {
        const idleTime = start - since;
        if (idleTime < LEAST_IDLE || idleTime > MOST_IDLE || state.candidates.has(id)) continue;
        if (state.candidates.size < MOST_KEPT) {
          state.candidates.set(id, { at: start, id: record.id, setup: setupTime(record) });
        }
        break;
      }
    }
    state.idle.delete(connection.id);
    if (connection.after !== 'kept') return;
    state.idle.set(connection.id, idleSince(record));
    this.#placeOf.set(connection.id, state);
    if (state.idle.size > MOST_KEPT) state.idle.delete(state.idle.keys().next().value ?? '');
    if (this.#placeOf.size > MOST_KEPT * 10) this.#placeOf.delete(this.#placeOf.keys().next().value ?? '');
  }

  addConnection({ id }: ConnectionRecord): void {
    this.#placeOf.get(id)?.idle.delete(id);
    this.#placeOf.delete(id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, requests, time, opened, usesUndici, candidates } of this.#places.values) {
      const count = candidates.size;
      if (count < LEAST || count < opened / 2 || count < requests * LEAST_SHARE) continue;
      const examples: string[] = [];
      let setup = 0;
      for (const candidate of candidates.values()) {
        setup += candidate.setup;
        keepExample(examples, candidate.id);
      }
      found.push({
        kind: 'pool-not-shared',
        severity: severityOf(setup, time),
        origin,
        title: 'Requests do not share their connections',
        evidence:
          `${count} of ${requests} requests opened a connection although another of the same client to this origin lay idle. ` +
          `That took ${formatDuration(setup)}, ${percentText(setup / time)} of the time of all requests.`,
        advice: usesUndici
          ? 'Make one dispatcher (`new Agent()`, `new Pool()`) and give it to all requests, rather than one to each.'
          : 'Make one agent and give it to all requests, rather than one to each; different TLS options also keep connections apart.',
        records: examples,
        cost: setup,
      });
    }
    return found;
  }
}

const LEAST = 5;
const LEAST_SHARE = 0.2;
/** A connection is free for the next request a moment after the response has ended; clients differ. Milliseconds. */
const LEAST_IDLE = 2;
/** Shorter than any usual idle timeout: it was still open. Milliseconds. */
const MOST_IDLE = 2000;
const MOST_KEPT = 1000;

type Place = ReturnType<typeof newPlace>;

/** One origin, client and process. */
function newPlace() {
  return {
    origin: '',
    requests: 0,
    time: 0,
    opened: 0,
    usesUndici: false,
    /** By connection, those that lie idle and since when, on the process's clock. */
    idle: new Map<string, number>(),
    /** By connection, the request that could have used it, and when that began. */
    candidates: new Map<string, { readonly at: number; readonly id: string; readonly setup: number }>(),
  };
}

function idleSince({ events, start, duration }: RoundTripRecord): number {
  return events.findLast(({ name }) => name === 'putIdleConn')?.time ?? start + duration;
}
