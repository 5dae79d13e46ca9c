// The client process of one measurement: sends the requests one after another at random moments, and prints what its tool
// told, with the clocks at both ends.
import { setTimeout as delay } from 'node:timers/promises';

import { CLIENTS, KINDS } from './clients.mjs';
import { readClocks } from './clock.mjs';
import { TOOLS } from './tools.mjs';

const {
  client,
  tool: toolName,
  origin,
  connections,
  bodyBytes,
  loop,
  dist,
  peers,
} = JSON.parse(process.argv[2] ?? '{}');

const tool = await TOOLS[toolName].start({ dist, peers });
const send = CLIENTS[client].open(origin, tool.onRequest);
const body = Buffer.alloc(bodyBytes, 'x');

const start = readClocks();
let isOver = false;
if (loop === 'busy') block();
for (let connection = 0; connection < connections; connection++) {
  for (const kind of KINDS) {
    // So that requests do not begin at the same point of the turn in which the answer before was read.
    await delay(Math.random() * 10);
    await send(kind, body);
  }
}
isOver = true;
// For what is told after the caller has its answer.
await delay(50);
const end = readClocks();

process.stdout.write(
  JSON.stringify({ node: process.version, clock: tool.clock, start, end, told: tool.told }),
  // Clients keep connections open for a while.
  () => process.exit(),
);

/** Keeps the event loop busy for 5 of each 10 milliseconds. */
function block() {
  const until = performance.now() + 5;
  while (performance.now() < until);
  if (!isOver) setTimeout(block, 5);
}
