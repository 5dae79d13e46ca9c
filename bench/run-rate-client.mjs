// @ts-check
// The program that bench/run-rate.mjs runs, traced and not: as many requests as it can make in a time.
import { writeSync } from 'node:fs';

import { CLIENTS } from './clients.mjs';

/** Milliseconds until the code is compiled. */
const WARM_UP = 2000;

const { client, origin, concurrency, seconds } =
  /** @type {{ client: string, origin: string, concurrency: number, seconds: number }} */ (
    JSON.parse(process.argv[2] ?? '') // run-rate.mjs wrote it
  );
const make = CLIENTS[client];
if (make === undefined) throw new Error(`no client ${client}`);
const requester = make({ origin, concurrency });
let requests = 0;
/** @type {{ requests: number, time: number, cpu: number } | undefined} */
let warm;
const begun = performance.now();
await Promise.all(Array.from({ length: concurrency }, loop));
if (warm === undefined) throw new Error('the time was over before the code was warm');
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

async function loop() {
  for (let now = begun; now < begun + WARM_UP + seconds * 1000; now = performance.now()) {
    if (warm === undefined && now > begun + WARM_UP) warm = mark();
    await requester.get();
    requests++;
  }
}

function mark() {
  const { user, system } = process.cpuUsage();
  return { requests, time: performance.now(), cpu: user + system };
}
