// @ts-check
import { runBlock, timeBlock } from './block.mjs';
import { ROWS } from './rows.mjs';
import { startServer } from './server.mjs';

/** @typedef {import('./block.mjs').Times} Times */

/** How many requests a row must see before it is measured. */
const PROOF = 64;

/**
 * @typedef {object} ClientSettings
 * @property {string} row
 * @property {string} client
 * @property {string} dist URL of the library's build, ending in a slash
 * @property {number} concurrency
 * @property {string} [origin] of the server; without it, one is started in this process
 * @property {{ key: string, cert: string }} [certificate] of the server, for `https`
 *
 * @typedef {object} WatchedClient
 * @property {(requests: number, leadIn?: number) => Promise<Times>} block what a block takes that the row sees; `leadIn`
 *   requests before it are not measured
 * @property {(requests: number, leadIn?: number) => Promise<Times>} unseen what a block takes that the row does not see,
 *   which only rows with `around` can leave out
 */

/**
 * Starts a row and a client in this process, and proves that the one sees the other.
 *
 * @param {ClientSettings} settings
 * @returns {Promise<WatchedClient>}
 */
export async function watchedClient(settings) {
  const { client: name, concurrency, certificate } = settings;
  const row = ROWS[settings.row];
  if (row === undefined) throw new Error(`no row ${settings.row}; there are ${Object.keys(ROWS).join(', ')}`);
  const { around = (block) => block(), onRequest, seen } = await row.start(settings.dist);
  const server = settings.origin === undefined ? await startServer(name, certificate) : undefined;
  // After the row has started, because some rows only see what is loaded after them.
  const { CLIENTS } = await import('./clients.mjs');
  const made = CLIENTS[name]?.({
    origin: settings.origin ?? server?.origin ?? '',
    concurrency,
    ...(certificate !== undefined && { ca: certificate.cert }),
    ...(onRequest !== undefined && { onRequest }),
  });
  if (made === undefined) throw new Error(`no client ${name}; there are ${Object.keys(CLIENTS).join(', ')}`);
  const client = made; // narrowed for the functions below

  /** @type {WatchedClient['unseen']} */
  async function unseen(requests, leadIn = 0) {
    await runBlock(client, leadIn, concurrency);
    return timeBlock(client, requests, concurrency);
  }
  /** @type {WatchedClient['block']} */
  function block(requests, leadIn) {
    return around(() => unseen(requests, leadIn));
  }

  await block(PROOF);
  // Not all have been told of by then: a connection goes back to its pool after its response has been read.
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (seen !== undefined && seen() < PROOF) {
    throw new Error(`${settings.row} saw ${seen()} of ${PROOF} requests of ${name} on ${process.version}`);
  }
  return { block, unseen };
}
