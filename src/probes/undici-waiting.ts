import type { RoundTrip } from '../events/round-trip.ts';
import { type AnnouncedDial, announceDial, announcedDial } from './dial.ts';
import { type UndiciRequest, hasWholeBody } from './undici-copy.ts';
import { type ConnectParams, hostPortOf, originOf, portOf } from './undici-origin.ts';
import type { UndiciRoundTrip } from './undici-round-trip.ts';

/**
 * For whom undici opens a connection: it says where to, not for which request. Often for the one that it has just made;
 * else for the oldest that waits for that host and has none under way.
 */

/** A proxy's CONNECT, which waits for a connection on behalf of a round trip. */
class Tunnel {
  readonly hostPort: string;
  readonly owner: RoundTrip;
  dial: AnnouncedDial | undefined = undefined;

  constructor(hostPort: string, owner: RoundTrip) {
    this.hostPort = hostPort;
    this.owner = owner;
  }
}

/** In the order in which they began to wait. Few at any time: who gets a connection leaves. */
const waiting = new Set<UndiciRoundTrip | Tunnel>();
/** The CONNECT requests of proxies that are under way. */
const tunnels = new Map<object, Tunnel>();
/** For whom undici would dial now: the request that it has just made. Null when nobody watches that. */
let justMade: UndiciRoundTrip | Tunnel | null | undefined;

/** Undici has told of something else since it made its latest request. */
export function otherMessage(): void {
  justMade = undefined;
}

/** Undici has made a request that nobody watches. */
export function unwatchedMade(request: UndiciRequest): void {
  justMade = hasWholeBody(request) ? null : undefined;
}

export function beginWaiting(roundTrip: UndiciRoundTrip): void {
  waiting.add(roundTrip);
  // With a body that has to be read, undici dials in a later microtask, when others may have been made.
  justMade = roundTrip.hasWholeBody ? roundTrip : undefined;
}

/** It has a connection, or has given up. */
export function endWaiting(roundTrip: UndiciRoundTrip): void {
  waiting.delete(roundTrip);
}

/** The probes are taken out: nobody will tell of those that wait. */
export function forgetWaiting(): void {
  waiting.clear();
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
  waiting.add(tunnel);
  justMade = tunnel;
  return true;
}

/** It has a connection, or has failed; `request` may be any. */
export function endTunnel(request: object): void {
  const tunnel = tunnels.size === 0 ? undefined : tunnels.get(request);
  if (tunnel === undefined) return;
  tunnels.delete(request);
  waiting.delete(tunnel);
}

/** Undici is about to open a connection. */
export function announceDialTo(params: ConnectParams): void {
  const hostPort = hostPortOf(params);
  const dialler = diallerFor(hostPort);
  justMade = undefined;
  const dial: AnnouncedDial = {
    owner: dialler?.owner,
    hostPort,
    host: params.hostname,
    port: portOf(params.protocol, params.port),
    socket: undefined,
  };
  if (dialler !== undefined) dialler.dial = dial;
  announceDial(dial);
}

/** Nobody, when the request was given up meanwhile: undici up to 8.10 then dials all the same (its issue 5845). */
function diallerFor(hostPort: string): UndiciRoundTrip | Tunnel | undefined {
  if (justMade === null) return undefined;
  if (justMade?.hostPort === hostPort) return justMade;
  let again: UndiciRoundTrip | Tunnel | undefined;
  for (const candidate of waiting) {
    if (candidate.hostPort !== hostPort) continue;
    if (candidate.dial === undefined) return candidate;
    // Its connection was closed before it could be used, or a connector of the program's opened it, unseen.
    if (candidate.dial.socket?.destroyed !== false) again ??= candidate;
  }
  return again;
}
