// @ts-check
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildUrl } from './build-copy.mjs';
import { certificateFor } from './certificate.mjs';
import { CLIENT_CORE, SERVER_CORE, TIMED, answerOf, forkOn } from './cores.mjs';
import { estimate, lowerQuartile, median, shuffled } from './statistics.mjs';

/**
 * @typedef {import('./block.mjs').Times} Times
 * @typedef {import('./statistics.mjs').Estimate} Estimate
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 *
 * @typedef {object} ContestOptions
 * @property {string} client a name of CLIENTS
 * @property {readonly string[]} rows names of ROWS, to be compared with `nothing`; `row@folder` takes the library's build from there
 * @property {string} dist URL of the library's build, ending in a slash
 * @property {boolean} [inside] the server runs in the client's process; without it, on the other core
 * @property {number} generations how often all processes are started anew
 * @property {number} seconds for measuring a row in a generation
 * @property {number} requests in a block
 * @property {number} warmUp requests before the first block
 * @property {number} concurrency
 * @property {(done: number) => void} [onGeneration]
 *
 * @typedef {object} RowResult microseconds a request, over all generations
 * @property {string} row
 * @property {number} cpu
 * @property {Estimate} added CPU beyond `nothing`: median of the paired differences
 * @property {Estimate} quiet the same between the lower quartiles, which other load on the machine changes less
 * @property {Estimate} ratio of the CPU to that of `nothing`
 * @property {Estimate} throughput ratio of the requests a second to those of `nothing`
 *
 * @typedef {object} ContestResult
 * @property {string} client
 * @property {number} concurrency
 * @property {boolean} inside
 * @property {{ cpu: number, requestsPerSecond: number, busy: number }} nothing `busy`: part of the time in which the client used its core
 * @property {RowResult[]} rows
 * @property {string} [date] ISO 8601, when it was measured after the run that it is of
 */

const clientModule = fileURLToPath(new URL('client-process.mjs', import.meta.url));
const serverModule = fileURLToPath(new URL('server-process.mjs', import.meta.url));

const FEWEST_BLOCKS = 4;
/** Of a block: 10 to 20 ms each. */
const SLICES = 16;

/**
 * Compares rows, each in a process of its own: what instruments a process does so for good. A row's process and one of
 * `nothing` are started together and take turns, so that both are as warm as each other, and what else the machine does
 * falls on both alike.
 *
 * @param {ContestOptions} options
 * @returns {Promise<ContestResult>}
 */
export async function contest(options) {
  const { client, rows, inside = false, concurrency } = options;
  const certificate = await certificateFor(client);
  const server = inside ? undefined : forkOn(serverModule, { client, certificate }, SERVER_CORE);
  try {
    const origin = server === undefined ? undefined : await answerOf(server);
    /** @type {Generation[]} */
    const generations = [];
    for (let i = 0; i < options.generations; i++) {
      generations.push(await runGeneration(options, { origin, certificate }));
      options.onGeneration?.(i + 1);
    }
    const all = generations.map(({ nothing }) => nothing);
    return {
      client,
      concurrency,
      inside,
      nothing: {
        cpu: median(all.map(({ cpu }) => cpu)),
        requestsPerSecond: median(all.map(({ wall }) => 1e6 / wall)),
        busy: median(all.map(({ cpu, wall }) => cpu / wall)),
      },
      rows: rows.map((row, index) => {
        const results = generations.flatMap(({ compared }) => compared[index] ?? []);
        return {
          row,
          cpu: median(results.map(({ cpu }) => cpu)),
          added: estimate(results.map(({ added }) => added)),
          quiet: estimate(results.map(({ quiet }) => quiet)),
          ratio: estimate(results.map(({ ratio }) => ratio)),
          throughput: estimate(results.map(({ throughput }) => throughput)),
        };
      }),
    };
  } finally {
    server?.kill();
  }
}

/**
 * @typedef {{ own: Times, base: Times }} Pair a row's block, and that of `nothing` beside it
 * @typedef {{ cpu: number, added: number, quiet: number, ratio: number, throughput: number }} Compared
 * @typedef {{ nothing: Times, compared: Compared[] }} Generation
 */

/**
 * @param {ContestOptions} options
 * @param {object} more
 * @returns {Promise<Generation>}
 */
async function runGeneration(options, more) {
  const { rows } = options;
  /** @type {Pair[][]} */
  const pairs = rows.map(() => []);
  for (const [index, row] of shuffled([...rows.entries()])) pairs[index] = await runRow(options, row, more);
  const nothing = pairs.flat().map(({ base }) => base);
  return {
    nothing: { cpu: median(nothing.map(({ cpu }) => cpu)), wall: median(nothing.map(({ wall }) => wall)) },
    compared: pairs.map(compare),
  };
}

/**
 * @param {ContestOptions} options
 * @param {string} spec of a row
 * @param {object} more
 * @returns {Promise<Pair[]>}
 */
async function runRow({ client, dist, seconds, requests, warmUp, concurrency }, spec, more) {
  const [name, folder] = spec.split('@');
  const build = folder === undefined ? dist : buildUrl(resolve(folder));
  const settings = { client, dist: build, concurrency, ...more };
  const own = forkOn(clientModule, { row: name, ...settings }, CLIENT_CORE, TIMED);
  const base = forkOn(clientModule, { row: 'nothing', ...settings }, CLIENT_CORE, TIMED);
  try {
    await Promise.all([answerOf(own), answerOf(base)]);
    for (const process of shuffled([own, base])) await run(process, warmUp, 0);
    /** @type {Pair[]} */
    const pairs = [];
    const end = performance.now() + seconds * 1000;
    while (pairs.length < FEWEST_BLOCKS || performance.now() < end) {
      pairs.push(await runPair({ own, base }, requests, concurrency));
    }
    return pairs;
  } finally {
    own.kill();
    base.kill();
  }
}

/**
 * A block of each, in slices that take turns: the machine is faster and slower within a second, and by more than what is
 * to be measured. A block is long enough to have its share of collections.
 *
 * @param {{ own: ChildProcess, base: ChildProcess }} processes
 * @param {number} requests
 * @param {number} concurrency
 * @returns {Promise<Pair>}
 */
async function runPair(processes, requests, concurrency) {
  const slice = Math.max(Math.ceil(requests / SLICES), concurrency * 2);
  /** @type {{ own: Times[], base: Times[] }} */
  const times = { own: [], base: [] };
  for (let done = 0; done < requests; done += slice) {
    for (const side of shuffled(/** @type {const} */ (['own', 'base']))) {
      // The cold caches after the other's turn are not its own.
      times[side].push(await run(processes[side], slice, concurrency * 2));
    }
  }
  return { own: average(times.own), base: average(times.base) };
}

/** @param {readonly Times[]} slices of equal size @returns {Times} */
function average(slices) {
  return { cpu: mean(slices.map(({ cpu }) => cpu)), wall: mean(slices.map(({ wall }) => wall)) };
}

/**
 * @param {readonly Pair[]} pairs of one row
 * @returns {Compared}
 */
function compare(pairs) {
  return {
    cpu: median(pairs.map(({ own }) => own.cpu)),
    added: median(pairs.map(({ own, base }) => own.cpu - base.cpu)),
    quiet: lowerQuartile(pairs.map(({ own }) => own.cpu)) - lowerQuartile(pairs.map(({ base }) => base.cpu)),
    ratio: median(pairs.map(({ own, base }) => own.cpu / base.cpu)),
    throughput: median(pairs.map(({ own, base }) => base.wall / own.wall)),
  };
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * @param {ChildProcess} process
 * @param {number} requests
 * @param {number} leadIn
 * @returns {Promise<Times>}
 */
async function run(process, requests, leadIn) {
  process.send({ requests, leadIn });
  return answerOf(process);
}
