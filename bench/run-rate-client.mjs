// @ts-check
// The program that bench/run-rate.mjs runs, traced and not: as many requests as it can make in a time.
import { writeSync } from 'node:fs';

import { closedLoop } from './block.mjs';
import { CLIENTS } from './clients.mjs';

/** Requests until V8 has compiled all that there is to compile (see plans.mjs). */
const WARM_UP = 30_000;
/** Milliseconds for which it goes on when it has been measured, so that the other is not alone in its last ones. */
const MORE = 1000;

/**
 * What run-rate.mjs says. `begin`: when to begin to measure, milliseconds since the epoch; without it, after a warm-up.
 *
 * @typedef {{ client: string, origin: string, concurrency: number, seconds: number, begin?: number }} Settings
 */

/** @type {Settings} */
const { client, origin, concurrency, seconds, begin } = JSON.parse(process.argv[2] ?? ''); // run-rate.mjs wrote it
const make = CLIENTS[client];
if (make === undefined) throw new Error(`no client ${client}`);
const requester = make({ origin, concurrency });
let requests = 0;
const isWarm = () => (begin === undefined ? requests >= WARM_UP : Date.now() >= begin);
/** @type {ReturnType<typeof mark> | undefined} */
let start;
/** @type {ReturnType<typeof mark> | undefined} */
let end;
await closedLoop(requester, concurrency, () => {
  if (start === undefined && isWarm()) start = mark();
  if (start !== undefined && performance.now() >= start.time + seconds * 1000) end ??= mark();
  if (end !== undefined && (begin === undefined || performance.now() >= end.time + MORE)) return false;
  requests++;
  return true;
});
if (start !== undefined && start.requests < WARM_UP / 2)
  throw new Error(`only ${start.requests} requests to warm up: the machine is busy`);
if (start === undefined || end === undefined) throw new Error('the loop has ended before it was measured');
const measured = end.requests - start.requests;
writeSync(
  1,
  JSON.stringify({
    requests,
    rate: (measured / (end.time - start.time)) * 1000,
    cpu: (end.cpu - start.cpu) / measured,
  }),
);
await requester.close();

function mark() {
  const { user, system } = process.cpuUsage();
  return { requests, time: performance.now(), cpu: user + system };
}
