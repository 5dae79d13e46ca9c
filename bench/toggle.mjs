// @ts-check
import { certificateFor } from './certificate.mjs';
import { estimate, median } from './statistics.mjs';
import { watchedClient } from './watched-client.mjs';

/** @typedef {import('./statistics.mjs').Estimate} Estimate */

/** Rows that can be switched on and off within a process. */
export const SWITCHED = [
  'control',
  'observe',
  'observe5',
  'context',
  'context2',
  'context3',
  'context5',
  'record',
  'on-record',
];

/**
 * @typedef {object} ToggleOptions
 * @property {string} client
 * @property {string} row one of SWITCHED
 * @property {string} dist URL of the library's build, ending in a slash
 * @property {number} concurrency
 * @property {number} pairs of blocks
 * @property {number} requests in a block
 * @property {number} warmUp requests, watched and not, before the first block
 *
 * @typedef {{ row: string, bare: number, added: Estimate, ratio: Estimate }} ToggleResult CPU microseconds a request
 */

/**
 * Compares blocks that a row sees with blocks that it does not, in pairs of random order, in this process, with the server
 * in it too. What a process is lucky or unlucky with is the same for both, so this finds small differences soon, on a busy
 * machine too. But both use the same code, which serves two masters then; `contest` knows the truth.
 *
 * @param {ToggleOptions} options
 * @returns {Promise<ToggleResult>}
 */
export async function toggle({ client: name, row, dist, concurrency, pairs, requests, warmUp }) {
  const certificate = await certificateFor(name);
  const client = await watchedClient({
    row,
    client: name,
    dist,
    concurrency,
    ...(certificate !== undefined && { certificate }),
  });
  for (let done = 0; done < warmUp; done += 4 * requests) {
    await client.block(2 * requests);
    await client.unseen(2 * requests);
  }
  /** @type {{ seen: number, unseen: number }[]} */
  const results = [];
  for (let i = 0; i < pairs; i++) {
    if (Math.random() < 0.5) {
      const seen = await client.block(requests);
      const unseen = await client.unseen(requests);
      results.push({ seen: seen.cpu, unseen: unseen.cpu });
    } else {
      const unseen = await client.unseen(requests);
      const seen = await client.block(requests);
      results.push({ seen: seen.cpu, unseen: unseen.cpu });
    }
  }
  return {
    row,
    bare: median(results.map(({ unseen }) => unseen)),
    added: estimate(results.map(({ seen, unseen }) => seen - unseen)),
    ratio: estimate(results.map(({ seen, unseen }) => seen / unseen)),
  };
}
