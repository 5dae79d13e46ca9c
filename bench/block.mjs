// @ts-check

/** @typedef {{ cpu: number, wall: number }} Times microseconds a request */

/**
 * Makes GETs, `concurrency` at a time, for as long as `next` says, which is asked before each: each is followed by the next as
 * soon as it ends (a closed loop).
 *
 * @param {import('./clients.mjs').Client} client
 * @param {number} concurrency
 * @param {() => boolean} next
 */
export async function closedLoop(client, concurrency, next) {
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next()) await client.get();
    }),
  );
}

/**
 * Makes `requests` GETs, `concurrency` at a time.
 *
 * @param {import('./clients.mjs').Client} client
 * @param {number} requests
 * @param {number} concurrency
 */
export async function runBlock(client, requests, concurrency) {
  let left = requests;
  await closedLoop(client, Math.min(concurrency, requests), () => left-- > 0);
}

/**
 * Runs a block. CPU time is of all threads of the process: the collector's and the compiler's too.
 *
 * @param {import('./clients.mjs').Client} client
 * @param {number} requests
 * @param {number} concurrency
 * @returns {Promise<Times>}
 */
export async function timeBlock(client, requests, concurrency) {
  const start = performance.now();
  const before = process.cpuUsage();
  await runBlock(client, requests, concurrency);
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / requests, wall: ((performance.now() - start) * 1000) / requests };
}
