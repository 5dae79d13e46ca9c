import type { PhaseName, RoundTripRecord } from '../../record/types.ts';

/** A round trip with what every kind of finding asks of it. */
export interface Seen {
  readonly record: RoundTripRecord;
  readonly origin: string;
  /** Origin and process: connections are not shared between processes. */
  readonly place: string;
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly start: number;
  readonly end: number;
  /**
   * Milliseconds between the end of the latest request of this process to this origin that had ended before this one
   * began, and its beginning; undefined when there was none. Its connection, kept, could have served this one.
   */
  readonly sincePrevious: number | undefined;
}

/** After an earlier request within this time any client and server that keep connections would have kept one, in milliseconds. */
export const REUSABLE_WITHIN = 3000;

/** Whether a connection of an earlier request could have served this one. */
export function couldReuse({ sincePrevious }: Seen): boolean {
  return sincePrevious !== undefined && sincePrevious <= REUSABLE_WITHIN;
}

/** Milliseconds of a phase, 0 when it did not happen. */
export function phaseTime({ phases }: RoundTripRecord, name: PhaseName): number {
  let time = 0;
  for (const phase of phases) if (phase.name === name) time += phase.duration;
  return time;
}

/** Milliseconds until there was a connection, once its dial had begun. */
export function setupTime(record: RoundTripRecord): number {
  return (
    phaseTime(record, 'dns') +
    phaseTime(record, 'connect') +
    phaseTime(record, 'proxy') +
    phaseTime(record, 'tls')
  );
}

/** It opened the connection that served it. */
export function opensConnection({ connection, dial }: RoundTripRecord): boolean {
  return connection?.reused === false && dial?.used === true;
}

export function isHttp1({ connection }: RoundTripRecord): boolean {
  return connection?.protocol.startsWith('http/1') === true;
}
