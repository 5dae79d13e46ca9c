import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { EXIT } from '../src/cli/exit-codes.ts';
import { showColdAndReused } from './cold-and-reused.ts';
import { showPool } from './pool.ts';
import { ROUND_TRIP, type Servers } from './servers.ts';
import type { Stage } from './stage.ts';

/** One part of the demo. */
export interface Scene {
  readonly title: string;
  /** What to look at. */
  readonly text: string;
  /** @returns the exit code of its command, 0 when it has none. */
  play(stage: Stage, servers: Servers): Promise<number | void>;
  /** Exit code that its command should have; default 0. */
  readonly exitCode?: number;
}

/** Where the authority's certificate lies, in the folder in which the demo runs its commands. */
export const CA_FILE = 'ca.pem';

export const SCENES: readonly Scene[] = [
  {
    title: 'One request',
    text: 'Each phase of the request is a row with its time, all on one axis. Most of this one is wait: from the last byte of the request to the first byte of the response, so mostly the server.',
    play: (stage, { plain }) => stage.command([`${plain}/`]),
  },
  {
    title: 'TLS, and a server farther away',
    text: `This server is ${ROUND_TRIP} ms away (there and back), so the TLS handshake costs one more round trip before the request can be sent.`,
    play: (stage, { secure }) => stage.command(['--http1.1', '--cacert', CA_FILE, `${secure}/`]),
  },
  {
    title: 'HTTP/2',
    text: 'The server offered HTTP/2 in the TLS handshake (ALPN), and undici, with which httptrace sends, took it. A second request needs no connection of its own: it is one more stream of the first. --http1.1 and --http2 insist on one of them.',
    play: (stage, { secure }) => stage.command(['--cacert', CA_FILE, `${secure}/`, `${secure}/login`]),
  },
  {
    title: 'A slow server',
    text: 'Does the server think (wait), or does the body trickle (receive)? The line "server" is what it says about itself (Server-Timing). --slo makes a test of it: the exit code is 4 when an objective is broken.',
    exitCode: EXIT.slo,
    play: (stage, { plain }) =>
      stage.command(['--slo', 'ttfb<100ms', '--slo', 'total<1s', `${plain}/report`]),
  },
  {
    title: 'Redirects',
    text: 'Each hop has its own rows on the common axis. The last one finds the connection that the one before it has opened, and saves DNS, connecting and TLS.',
    play: (stage, { plain }) => stage.command(['-L', '--cacert', CA_FILE, `${plain}/account`]),
  },
  {
    title: 'Early hints',
    text: 'The server says what the page will need (103) long before it has the page; the mark on the bar shows when.',
    play: (stage, { plain }) => stage.command([`${plain}/news`]),
  },
  {
    title: 'Two addresses, and one is dead',
    text: `The name stands for two addresses. The first does not answer, so Node tries the second after ${getDefaultAutoSelectFamilyAttemptTimeout()} ms (Happy Eyeballs). The request works, but every new connection to that name loses that time.`,
    play: (stage, { halfDead }) => stage.command(['--resolve', halfDead.resolve, `${halfDead.origin}/`]),
  },
  {
    title: 'A failure',
    text: 'What happened up to the failure is drawn too, with the reason and what to try.',
    exitCode: EXIT.certificate,
    play: (stage, { expired }) => stage.command(['--cacert', CA_FILE, `${expired}/`]),
  },
  {
    title: 'Four clients',
    text: 'The same request with undici, fetch, node:http and node:http2, five times each over new connections, side by side where the terminal is wide enough; below the pictures their times, and in words what they did differently.',
    play: (stage, { secure }) => stage.command(['--compare', '-n', '5', '--cacert', CA_FILE, `${secure}/`]),
  },
  {
    title: 'A small pool',
    text: 'The same records in your own program: six requests at once, but the agent opens two connections at most. Four requests wait for one of them.',
    play: (stage, { plain }) => showPool(stage, plain),
  },
  {
    title: 'Cold and reused connections',
    text: `The same request 20 times over a new connection, then 20 times over one that is kept open, to the server that is ${ROUND_TRIP} ms away. For any URL: httptrace -n 20 URL, with --no-keep-alive for new ones.`,
    play: (stage, { secure, ca }) => showColdAndReused(stage, `${secure}/`, ca),
  },
];
