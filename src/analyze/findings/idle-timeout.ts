import type { ConnectionRecord } from '../../record/types.ts';
import { formatDuration, plural } from '../../view/format.ts';
import { Histogram } from '../histogram.ts';
import type { Detector } from './detector.ts';
import { keepExample, severityOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import { announcedTimeout } from './header.ts';
import { PerKey } from './per-key.ts';
import { couldReuse, opensConnection, type Seen, setupTime } from './seen.ts';

/**
 * Connections are closed while idle, and then the next request needs a new one: the idle timeout of the server or of the
 * client is shorter than the gap between requests. Or the server announces so short a timeout that the client keeps nothing.
 *
 * The first is found when {@link LEAST_EXPIRED} new connections at least, and half of those that were not the first, came
 * after another had been closed idle, and gaps are so short (median) that keeping it would be sensible. The second when
 * {@link LEAST_REFUSED} connections were not kept because of what the server announced, and the next request came soon.
 */
export class IdleTimeout implements Detector {
  readonly #places = new PerKey(() => new Place());
  /** Which place a kept connection belongs to, and when it was last used. Of the latest ones. */
  readonly #kept = new Map<string, { place: Place; since: number }>();

  addRoundTrip(seen: Seen): void {
    const { record, start, end } = seen;
    const place = this.#places.of(seen.place);
    const { connection, response } = record;
    if (place === undefined || connection === undefined) return;
    place.origin = seen.origin;
    place.time += record.duration;
    const announced = response === undefined ? undefined : announcedTimeout(response.header);
    if (announced !== undefined) place.announced = announced;
    if (opensConnection(record)) {
      if (seen.sincePrevious !== undefined) place.opened++;
      place.openedAt(start, record.id, setupTime(record));
    }
    if (isTooShort(connection.closeReason, announced) && couldReuse(seen)) {
      place.refused++;
      place.refusedSetup += setupTime(record);
      keepExample(place.refusedExamples, record.id);
    }
    this.#kept.delete(connection.id);
    if (connection.after !== 'kept') return;
    place.usesUndici ||= record.client.name === 'undici' || record.client.name === 'fetch';
    this.#kept.set(connection.id, { place, since: end });
    if (this.#kept.size > MOST_CONNECTIONS) this.#kept.delete(this.#kept.keys().next().value ?? '');
  }

  addConnection({ id, closed, wallTime, opened }: ConnectionRecord): void {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept === undefined || closed?.reason !== 'idle') return;
    kept.place.closedIdle(kept.since, wallTime + closed.time - opened);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const place of this.#places.values) found.push(...place.findings());
    return found;
  }
}

const LEAST_EXPIRED = 3;
const LEAST_REFUSED = 5;
const MOST_CONNECTIONS = 10_000;
const MOST_PENDING = 100;
/** Nobody keeps a connection for longer than this, in milliseconds. */
const SENSIBLE_GAP = 120_000;
/** Clients take off a second or two for the way. */
const SHORT_ANNOUNCEMENT = 2;
const CLIENTS_MARGIN = 2500;

class Place {
  origin = '';
  time = 0;
  opened = 0;
  announced: number | undefined;
  usesUndici = false;
  refused = 0;
  refusedSetup = 0;
  readonly refusedExamples: string[] = [];
  readonly #gaps = new Histogram();
  readonly #idleTimes = new Histogram();
  /** Connections that were closed idle and that no new one has followed yet. */
  readonly #pending: { readonly since: number; readonly closed: number }[] = [];
  #expired = 0;
  #setup = 0;
  readonly #examples: string[] = [];

  closedIdle(since: number, closed: number): void {
    this.#pending.push({ since, closed });
    if (this.#pending.length > MOST_PENDING) this.#pending.shift();
  }

  openedAt(start: number, id: string, setup: number): void {
    const index = this.#pending.findLastIndex(({ closed }) => closed <= start);
    const [before] = index < 0 ? [] : this.#pending.splice(index, 1);
    if (before === undefined) return;
    this.#expired++;
    this.#setup += setup;
    this.#gaps.add(start - before.since);
    this.#idleTimes.add(Math.max(0, before.closed - before.since));
    keepExample(this.#examples, id);
  }

  findings(): Finding[] {
    return [...this.#expiry(), ...this.#refusal()];
  }

  #expiry(): Finding[] {
    const gap = this.#gaps.percentile(50);
    if (this.#expired < LEAST_EXPIRED || this.#expired < this.opened / 2 || gap > SENSIBLE_GAP) return [];
    const idle = this.#idleTimes.percentile(50);
    return [
      {
        kind: 'idle-timeout',
        severity: severityOf(this.#setup, this.time),
        origin: this.origin,
        title: 'Connections are closed before the next request comes',
        evidence:
          `${plural(this.#expired, 'connection')} had to be opened because the one before had been closed after ${formatDuration(idle)} idle ` +
          `(median), and the next request came ${formatDuration(gap)} after the last one (median).${announcement(this.announced)}`,
        advice: this.#advice(idle),
        records: this.#examples,
        cost: this.#setup,
      },
    ];
  }

  #advice(idle: number): string {
    const server =
      'Raise the idle timeout of the server: of a Node server `server.keepAliveTimeout`, 5 s by default.';
    const announced = (this.announced ?? -Infinity) * 1000;
    if (idle >= announced - CLIENTS_MARGIN && idle <= announced + 1500) return server;
    if (this.usesUndici) {
      return "Raise the client's: `new Agent({ keepAliveTimeout: 30_000 })`, 4 s by default; it must stay below the server's.";
    }
    return `Use an agent of your own, \`new https.Agent({ keepAlive: true, timeout: 30_000 })\`: \`https.globalAgent\` closes after 5 s. ${server}`;
  }

  #refusal(): Finding[] {
    if (this.refused < LEAST_REFUSED) return [];
    return [
      {
        kind: 'idle-timeout',
        severity: severityOf(this.refusedSetup, this.time),
        origin: this.origin,
        title: 'The server keeps idle connections too shortly for them to be used again',
        evidence: `${plural(this.refused, 'connection')} were not kept, because too little is left of what the server announces, and the next request came within 3 s.${announcement(this.announced)}`,
        advice:
          'Raise the idle timeout of the server above 5 s: clients take a second or two off, so that they do not send on a connection that is being closed.',
        records: this.refusedExamples,
        cost: this.refusedSetup,
      },
    ];
  }
}

function announcement(seconds: number | undefined): string {
  return seconds === undefined ? '' : ` The server announces Keep-Alive: timeout=${seconds}.`;
}

function isTooShort(closeReason: string | undefined, announced: number | undefined): boolean {
  if (closeReason === undefined || announced === undefined || announced > SHORT_ANNOUNCEMENT) return false;
  // Of all reasons only those with which a client itself did not keep it.
  return closeReason.includes('closed the connection');
}
