import type { RoundTrip } from '../events/round-trip.ts';
import { type AnnouncedDial, announceDial, announcedDial } from './dial.ts';
import { type UndiciRequest, hasWholeBody } from './undici-copy.ts';
import { type ConnectParams, hostPortOf, originOf, portOf } from './undici-origin.ts';
import type { UndiciRoundTrip } from './undici-round-trip.ts';

/**
 * For whom undici opens a connection: it says where to, not for which request. Often for the one that it has just made;
 * else for the oldest that waits for that host and has none under way.
 */

/** Who waits for a connection. A linked list, because each request enters and leaves it. */
export interface Waiting {
  readonly hostPort: string;
  /** Whose dial it is. */
  readonly owner: RoundTrip;
  /** The connection that undici opened for it, from the announcement on. */
  dial: AnnouncedDial | undefined;
  older: Waiting | undefined;
  younger: Waiting | undefined;
}

/** A proxy's CONNECT, which waits for a connection on behalf of a round trip. */
class Tunnel implements Waiting {
  readonly hostPort: string;
  readonly owner: RoundTrip;
  dial: AnnouncedDial | undefined = undefined;
  older: Waiting | undefined = undefined;
  younger: Waiting | undefined = undefined;

  constructor(hostPort: string, owner: RoundTrip) {
    this.hostPort = hostPort;
    this.owner = owner;
  }
}

let oldest: Waiting | undefined;
let youngest: Waiting | undefined;
/** The CONNECT requests of proxies that are under way. */
const tunnels = new Map<object, Tunnel>();
/** For whom undici would dial now: the request that it has just made. Null when nobody watches that. */
let justMade: Waiting | null | undefined;

/** Undici has told of something else since it made its latest request. */
export function otherMessage(): void {
  justMade = undefined;
}

/** Undici has made a request that nobody watches. */
export function unwatchedMade(request: UndiciRequest): void {
  justMade = hasWholeBody(request) ? null : undefined;
}

export function beginWaiting(roundTrip: UndiciRoundTrip): void {
  enter(roundTrip);
  // With a body that has to be read, undici dials in a later microtask, when others may have been made.
  justMade = roundTrip.hasWholeBody ? roundTrip : undefined;
}

/** It has a connection, or has given up. */
export function endWaiting(roundTrip: UndiciRoundTrip): void {
  leave(roundTrip);
}

function enter(waiting: Waiting): void {
  waiting.older = youngest;
  if (youngest === undefined) oldest = waiting;
  else youngest.younger = waiting;
  youngest = waiting;
}

/** Does nothing for one that is not in the list. */
function leave(waiting: Waiting): void {
  const { older, younger } = waiting;
  if (older !== undefined) older.younger = younger;
  else if (oldest === waiting) oldest = younger;
  else return;
  if (younger === undefined) youngest = older;
  else younger.older = older;
  waiting.older = undefined;
  waiting.younger = undefined;
}

/** The probes are taken out: nobody will tell of those that wait. */
export function forgetWaiting(): void {
  oldest = undefined;
  youngest = undefined;
  tunnels.clear();
  justMade = undefined;
}

/** A proxy agent opens a tunnel for a dial by a request of its own, whose connection belongs to that dial. */
export function beginTunnel(request: UndiciRequest): boolean {
  const outer = announcedDial();
  if (outer === undefined || request.path !== outer.hostPort) return false;
  if (outer.owner === undefined) return true;
  const tunnel = new Tunnel(originOf(request.origin).hostPort, outer.owner);
  tunnels.set(request, tunnel);
  enter(tunnel);
  justMade = tunnel;
  return true;
}

/** It has a connection, or has failed; `request` may be any. */
export function endTunnel(request: object): void {
  const tunnel = tunnels.size === 0 ? undefined : tunnels.get(request);
  if (tunnel === undefined) return;
  tunnels.delete(request);
  leave(tunnel);
}

/** Undici is about to open a connection; its socket is given to these two. */
export function announceDialTo(
  params: ConnectParams,
  { willConnect, isConnecting }: Pick<AnnouncedDial, 'willConnect' | 'isConnecting'>,
): void {
  const hostPort = hostPortOf(params);
  const dialler = diallerFor(hostPort);
  justMade = undefined;
  const dial: AnnouncedDial = {
    owner: dialler?.owner,
    hostPort,
    host: params.hostname,
    port: portOf(params.protocol, params.port),
    socket: undefined,
    willConnect,
    isConnecting,
  };
  if (dialler !== undefined) dialler.dial = dial;
  announceDial(dial);
}

/** Nobody, when the request was given up meanwhile: undici up to 8.10 then dials all the same (its issue 5845). */
function diallerFor(hostPort: string): Waiting | undefined {
  if (justMade === null) return undefined;
  if (justMade?.hostPort === hostPort) return justMade;
  let again: Waiting | undefined;
  for (let waiting = oldest; waiting !== undefined; waiting = waiting.younger) {
    if (waiting.hostPort !== hostPort) continue;
    if (waiting.dial === undefined) return waiting;
    // Its connection was closed before it could be used, or a connector of the program's opened it, unseen.
    if (waiting.dial.socket?.destroyed !== false) again ??= waiting;
  }
  return again;
}
