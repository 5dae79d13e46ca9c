import type { RoundTrip } from '../events/round-trip.ts';
import { announceDial, announcedDial } from './dial.ts';
import type { UndiciRequest } from './undici-copy.ts';
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
  dialled = false;

  constructor(hostPort: string, owner: RoundTrip) {
    this.hostPort = hostPort;
    this.owner = owner;
  }
}

/** In the order in which they began to wait. Few at any time: who gets a connection leaves. */
const waiting = new Set<UndiciRoundTrip | Tunnel>();
/** The CONNECT requests of proxies that are under way. */
const tunnels = new Map<object, Tunnel>();
/** The request that undici has just made, if it would dial for it at once. */
let justMade: UndiciRoundTrip | Tunnel | undefined;

/** Undici has told of something else since it made its latest request. */
export function otherMessage(): void {
  justMade = undefined;
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
  if (dialler !== undefined) dialler.dialled = true;
  announceDial({
    owner: dialler?.owner,
    hostPort,
    host: params.hostname,
    port: portOf(params.protocol, params.port),
  });
}

/** Nobody, when the request was given up meanwhile: undici up to 8.10 then dials all the same (its issue 5845). */
function diallerFor(hostPort: string): UndiciRoundTrip | Tunnel | undefined {
  if (justMade?.hostPort === hostPort) return justMade;
  let oldest: UndiciRoundTrip | Tunnel | undefined;
  for (const candidate of waiting) {
    if (candidate.hostPort !== hostPort) continue;
    if (!candidate.dialled) return candidate;
    oldest ??= candidate;
  }
  return oldest;
}
