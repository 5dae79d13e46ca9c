import type { Phase, PhaseName } from './types.ts';

/** The moments that bound the phases, on one monotonic scale; undefined for what did not happen. */
export interface Moments {
  readonly start: number;
  /** The last byte, or the failure. */
  readonly end: number;
  readonly dnsStart: number | undefined;
  /** The first attempt's start. */
  readonly connectStart: number | undefined;
  /** The end of the attempt that succeeded. */
  readonly connectDone: number | undefined;
  /** The handshake with the origin; one with a proxy does not count. */
  readonly tlsStart: number | undefined;
  readonly gotConn: number | undefined;
  readonly wroteRequest: number | undefined;
  readonly firstByte: number | undefined;
  /** The final head. */
  readonly gotResponse: number | undefined;
  /** A 1xx came before the final response. */
  readonly informational: boolean;
  /** The dial's connection served this round trip, or the round trip never had one. */
  readonly dialCounts: boolean;
  /** The dial went to a proxy. */
  readonly proxied: boolean;
}

/**
 * Divides a round trip into phases: in order, without gap or overlap, together as long as the whole. A phase ends where
 * the next begins, and where a round trip failed the phase it was in lasts to the end. One that is shorter than a
 * microsecond is absent.
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
  const { start, gotConn, wroteRequest } = moments;
  const total = microseconds(moments.end - start);
  const phases: Phase[] = [];
  let current: PhaseName = 'queued';
  let from = 0;
  function begin(next: PhaseName, time: number | undefined): void {
    if (time === undefined) return;
    const at = Math.min(microseconds(time - start), total);
    if (at > from) {
      phases.push({ name: current, start: from, duration: microseconds(at - from) });
      from = at;
    }
    current = next;
  }

  if (moments.dialCounts) {
    begin('dns', moments.dnsStart);
    begin('connect', moments.connectStart);
    if (moments.proxied) begin('proxy', moments.connectDone);
    begin('tls', moments.tlsStart);
  }
  if (gotConn !== undefined) {
    const responseStart = responseStartOf(moments);
    begin('send', gotConn);
    begin('wait', Math.min(wroteRequest ?? Infinity, responseStart ?? Infinity));
    begin('receive', responseStart);
  }
  begin('receive', moments.end);
  return phases;
}

/** The phase that a round trip is in at its end, however short: where its failure belongs. */
export function lastPhase(moments: Moments): PhaseName {
  if (moments.gotConn !== undefined) {
    if (responseStartOf(moments) !== undefined) return 'receive';
    return moments.wroteRequest === undefined ? 'send' : 'wait';
  }
  if (!moments.dialCounts) return 'queued';
  if (moments.tlsStart !== undefined) return 'tls';
  if (moments.proxied && moments.connectDone !== undefined) return 'proxy';
  if (moments.connectStart !== undefined) return 'connect';
  return moments.dnsStart === undefined ? 'queued' : 'dns';
}

function responseStartOf({ informational, gotResponse, firstByte }: Moments): number | undefined {
  return informational ? gotResponse : firstByte;
}

/** Rounds milliseconds to microseconds. */
export function microseconds(time: number): number {
  // Adding 0 makes 0 of -0, which JSON does not have.
  return Math.round(time * 1000) / 1000 + 0;
}
