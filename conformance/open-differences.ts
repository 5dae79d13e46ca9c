import type { ClientName } from './departures.ts';

/**
 * Differences that are neither fixed nor decided to stand. They do not fail a run, so that work on them can go on in its
 * own time; the table shows each, and a run says so when one of them is not there any more.
 */
export interface OpenDifference {
  readonly clients: readonly ClientName[];
  readonly scenarios: readonly string[];
  /** Seen with these versions of Node alone. */
  readonly nodes?: string;
  /** What differs, as far as it is understood. */
  readonly what: string;
}

export const openDifferences: readonly OpenDifference[] = [
  {
    clients: ['http', 'https'],
    scenarios: ['socks-says-no', 'connect-proxy-closes'],
    what: 'the attempt of an agent whose proxy does not give a connection is not told',
  },
  {
    clients: ['https', 'fetch', 'undici6', 'undici7', 'undici8'],
    scenarios: ['ipv6'],
    nodes: '22',
    what: 'Node 22.23.3 finds no match for ::1 in a certificate that has it, without httptrace too',
  },
];
