// @ts-check
// The program that bench/run-rate.mjs runs, traced and not: as many requests as it can make in a time.
import { writeSync } from 'node:fs';

import { closedLoop, runBlock } from './block.mjs';
import { CLIENTS } from './clients.mjs';

/** Requests until V8 has compiled all that there is to compile (see plans.mjs). */
const WARM_UP = 30_000;

const { client, origin, concurrency, seconds } =
  /** @type {{ client: string, origin: string, concurrency: number, seconds: number }} */ (
    JSON.parse(process.argv[2] ?? '') // run-rate.mjs wrote it
  );
const make = CLIENTS[client];
if (make === undefined) throw new Error(`no client ${client}`);
const requester = make({ origin, concurrency });
await runBlock(requester, WARM_UP, concurrency);
let requests = WARM_UP;
const warm = mark();
const deadline = warm.time + seconds * 1000;
await closedLoop(requester, concurrency, () => {
  const goesOn = performance.now() < deadline;
  if (goesOn) requests++;
  return goesOn;
});
const end = mark();
const measured = end.requests - warm.requests;
writeSync(
  1,
  JSON.stringify({
    requests,
    rate: (measured / (end.time - warm.time)) * 1000,
    cpu: (end.cpu - warm.cpu) / measured,
  }),
);
await requester.close();

function mark() {
  const { user, system } = process.cpuUsage();
  return { requests, time: performance.now(), cpu: user + system };
}
