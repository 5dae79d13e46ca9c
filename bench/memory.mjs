// @ts-check
import { fileURLToPath } from 'node:url';

import { CLIENT_CORE, answerOf, forkOn } from './cores.mjs';

/**
 * Bytes a request.
 *
 * @typedef {object} Allocation
 * @property {number} own by functions of httptrace
 * @property {number} all by all code, of client and server
 * @property {(readonly [name: string, bytes: number])[]} where the functions that allocate most
 *
 * Bytes a record.
 * @typedef {object} Retention
 * @property {number} record as long as it is kept
 * @property {number} read after each of its fields has been read
 * @property {number} values of which the values of the response's header fields
 * @property {number} dropped that stay when the record is gone
 *
 * @typedef {object} MemoryResult
 * @property {string} client
 * @property {Record<string, Allocation>} allocation by row
 * @property {Retention} retention
 */

const module = fileURLToPath(new URL('memory-process.mjs', import.meta.url));

/** Optimised code, but none inlined into another function: each allocation is its own function's. */
const NOTHING_INLINED = ['--no-turbo-inlining', '--no-maglev'];

/**
 * @param {string} client
 * @param {string} dist URL of the library's build, ending in a slash
 * @param {{ key: string, cert: string }} [certificate]
 * @returns {Promise<MemoryResult>}
 */
export async function memory(client, dist, certificate) {
  /** @type {Record<string, Allocation>} */
  const allocation = {};
  for (const row of ['installed', 'observe', 'record']) {
    allocation[row] = await allocated(row, client, dist, certificate);
  }
  return { client, allocation, retention: await retained(client, dist, certificate) };
}

/**
 * What a row allocates.
 *
 * @param {string} row
 * @param {string} client
 * @param {string} dist URL of the library's build, ending in a slash
 * @param {{ key: string, cert: string }} [certificate]
 * @returns {Promise<Allocation>}
 */
export function allocated(row, client, dist, certificate) {
  const settings = settingsOf(row, client, dist, certificate);
  return answer({ ...settings, task: 'allocation', requests: 1000 }, NOTHING_INLINED);
}

/**
 * What a record retains.
 *
 * @param {string} client
 * @param {string} dist URL of the library's build, ending in a slash
 * @param {{ key: string, cert: string }} [certificate]
 * @returns {Promise<Retention>}
 */
export function retained(client, dist, certificate) {
  const settings = settingsOf('nothing', client, dist, certificate);
  return answer({ ...settings, task: 'retention', requests: 4000 }, []);
}

/**
 * @param {string} row
 * @param {string} client
 * @param {string} dist
 * @param {{ key: string, cert: string }} [certificate]
 * @returns {import('./watched-client.mjs').ClientSettings}
 */
function settingsOf(row, client, dist, certificate) {
  return { row, client, dist, concurrency: 4, ...(certificate !== undefined && { certificate }) };
}

/**
 * @param {object} settings
 * @param {readonly string[]} flags
 */
async function answer(settings, flags) {
  const process = forkOn(module, settings, CLIENT_CORE, ['--expose-gc', ...flags]);
  try {
    return await answerOf(process);
  } finally {
    process.kill();
  }
}
