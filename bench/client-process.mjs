// @ts-check
// One row with one client: bench/contest.mjs starts it, and tells it when to run a block.
import { watchedClient } from './watched-client.mjs';

/** @typedef {{ requests: number, leadIn: number }} Order a block to run; `leadIn` requests before it are not measured */

const settings = JSON.parse(process.argv[2] ?? ''); // contest.mjs wrote it
const client = await watchedClient(settings);
process.on('message', (/** @type {Order} */ { requests, leadIn }) => void obey(requests, leadIn));
process.on('disconnect', () => process.exit());
process.send?.('ready');

/**
 * @param {number} requests
 * @param {number} leadIn
 */
async function obey(requests, leadIn) {
  process.send?.(await client.block(requests, leadIn));
}
