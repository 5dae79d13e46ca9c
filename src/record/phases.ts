import type { Phase } from './types.ts';

/** The moments that bound the phases, on one monotonic scale; undefined for what did not happen. */
export interface Moments {
  readonly start: number;
  /** The last byte, or the failure. */
  readonly end: number;
  readonly dnsStart: number | undefined;
  readonly dnsDone: number | undefined;
  /** First attempt's start, last attempt's end. */
  readonly connectStart: number | undefined;
  readonly connectDone: number | undefined;
  /** The handshake with the origin: the last one. */
  readonly tlsStart: number | undefined;
  readonly tlsDone: number | undefined;
  readonly gotConn: number | undefined;
  readonly wroteRequest: number | undefined;
  readonly firstByte: number | undefined;
  readonly gotResponse: number | undefined;
  /** A 1xx came before the final response. */
  readonly informational: boolean;
  /** The dial's connection served this round trip, or its failure ended it. */
  readonly dialCounts: boolean;
  /** The dial went to a proxy. */
  readonly proxied: boolean;
}

/**
 * Divides a round trip into phases: in order, without gap or overlap, together as long as the whole. A phase ends where
 * the next begins, and where a round trip failed the phase it was in lasts to the end.
 *
 * - `queued`: until its dial began, or until it got an existing connection. Also the time of a dial that another
 *   connection overtook.
 * - `dns`, `connect` (all attempts), `proxy` (CONNECT, SOCKS, the TLS of the proxy itself), `tls`.
 * - `send`: until the request was written, or the response began, whichever was first.
 * - `wait`: until the response began: the first byte, or after a 1xx the final head, so that waiting for the answer
 *   stays waiting when a 103 came early.
 * - `receive`: until the last byte.
 */
export function phasesOf(moments: Moments): Phase[] {
  const { start, end, gotConn } = moments;
  const phases: Phase[] = [];
  let from = 0;
  function push(name: Phase['name'], until: number): void {
    const to = microseconds(Math.min(until, end) - start);
    if (to <= from) return;
    phases.push({ name, start: from, duration: microseconds(to - from) });
    from = to;
  }

  if (moments.dialCounts) pushDial(moments, push);
  // What is left before it has its connection: the proxy's answer, or, without a dial, waiting for one. A dial that
  // failed: the phase it was in.
  const last = phases.at(-1)?.name;
  push(
    moments.proxied && moments.dialCounts ? 'proxy' : gotConn === undefined ? (last ?? 'queued') : 'queued',
    gotConn ?? end,
  );
  if (gotConn === undefined) return joined(phases);
  const responseStart = moments.informational ? moments.gotResponse : moments.firstByte;
  push('send', Math.min(moments.wroteRequest ?? end, responseStart ?? end));
  push('wait', responseStart ?? end);
  push('receive', end);
  return phases;
}

/** Neighbours of one name as one. */
function joined(phases: readonly Phase[]): Phase[] {
  const result: Phase[] = [];
  for (const phase of phases) {
    const last = result.at(-1);
    if (last?.name !== phase.name) result.push(phase);
    else result[result.length - 1] = { ...last, duration: microseconds(last.duration + phase.duration) };
  }
  return result;
}

function pushDial(moments: Moments, push: (name: Phase['name'], until: number) => void): void {
  const { end, dnsStart, connectStart, tlsStart, proxied } = moments;
  const began = dnsStart ?? connectStart ?? tlsStart;
  if (began === undefined) return;
  push('queued', began);
  if (dnsStart !== undefined) push('dns', moments.dnsDone ?? end);
  if (connectStart !== undefined) push('connect', moments.connectDone ?? end);
  if (tlsStart === undefined) return;
  // Between the connection and the handshake there is nothing but a proxy; without one the gap is a tick.
  push(proxied ? 'proxy' : 'tls', tlsStart);
  push('tls', moments.tlsDone ?? end);
}

/** Rounds milliseconds to microseconds. */
export function microseconds(time: number): number {
  return Math.round(time * 1000) / 1000;
}
