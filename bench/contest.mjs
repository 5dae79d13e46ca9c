// @ts-check
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildUrl } from './build-copy.mjs';
import { makeCertificate } from './certificate.mjs';
import { CLIENT_CORE, SERVER_CORE, TIMED, answerOf, forkOn } from './cores.mjs';
import { estimate, lowerQuartile, median, shuffled } from './statistics.mjs';

/**
 * @typedef {import('./block.mjs').Times} Times
 * @typedef {import('./statistics.mjs').Estimate} Estimate
 *
 * @typedef {object} ContestOptions
 * @property {string} client a name of CLIENTS
 * @property {readonly string[]} rows names of ROWS, to be compared with `nothing`; `row@folder` takes the library's build from there
 * @property {string} dist URL of the library's build, ending in a slash
 * @property {boolean} [inside] the server runs in the client's process; without it, on the other core
 * @property {number} generations how often all processes are started anew
 * @property {number} seconds for measuring in a generation; each process gets its turn as often as that allows
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
 */

const clientModule = fileURLToPath(new URL('client-process.mjs', import.meta.url));
const serverModule = fileURLToPath(new URL('server-process.mjs', import.meta.url));

const FEWEST_ROUNDS = 6;

/**
 * Compares rows, each in a process of its own: what instruments a process does so for good. All processes of a generation
 * are alive at once and get their turns in random order, one at a time, so that what else the machine does falls on all of
 * them alike. `nothing` has several processes, because every row is compared with it.
 *
 * @param {ContestOptions} options
 * @returns {Promise<ContestResult>}
 */
export async function contest(options) {
  const { client, rows, inside = false, concurrency } = options;
  const certificate = client === 'https' ? await makeCertificate() : undefined;
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
 * @typedef {{ cpu: number, added: number, quiet: number, ratio: number, throughput: number }} Compared
 * @typedef {{ nothing: Times, compared: Compared[] }} Generation
 */

/**
 * @param {ContestOptions} options
 * @param {object} more
 * @returns {Promise<Generation>}
 */
async function runGeneration({ client, rows, dist, seconds, requests, warmUp, concurrency }, more) {
  // The allocation that makes the differences to one control least uncertain: the square root of how many there are.
  const bare = Array.from({ length: Math.round(Math.sqrt(rows.length)) }, () => 'nothing');
  const processes = [...bare, ...rows].map((spec) => {
    const [row, folder] = spec.split('@');
    const build = folder === undefined ? dist : buildUrl(resolve(folder));
    return forkOn(clientModule, { row, client, dist: build, concurrency, ...more }, CLIENT_CORE, TIMED);
  });
  try {
    for (const process of processes) await answerOf(process);
    for (const process of shuffled(processes)) await run(process, warmUp, 0);
    const results = processes.map(() => /** @type {Times[]} */ ([]));
    const end = performance.now() + seconds * 1000;
    let rounds = 0;
    for (; rounds < FEWEST_ROUNDS || performance.now() < end; rounds++) {
      for (const index of shuffled([...processes.keys()])) {
        const process = processes[index];
        // The cold caches after the others' turns are not the row's.
        if (process !== undefined) results[index]?.push(await run(process, requests, concurrency * 2));
      }
    }
    const blocks = results.slice(0, bare.length);
    const nothing = Array.from({ length: rounds }, (_, round) => {
      const times = blocks.flatMap((list) => list[round] ?? []);
      return { cpu: mean(times.map(({ cpu }) => cpu)), wall: mean(times.map(({ wall }) => wall)) };
    });
    return {
      nothing: { cpu: median(nothing.map(({ cpu }) => cpu)), wall: median(nothing.map(({ wall }) => wall)) },
      compared: results.slice(bare.length).map((list) => ({
        ...compare(list, nothing),
        quiet: lowerQuartile(list.map(({ cpu }) => cpu)) - lowerQuartile(blocks.flat().map(({ cpu }) => cpu)),
      })),
    };
  } finally {
    for (const process of processes) process.kill();
  }
}

/**
 * @param {readonly Times[]} times a round each
 * @param {readonly Times[]} nothing of the same rounds
 * @returns {Omit<Compared, 'quiet'>}
 */
function compare(times, nothing) {
  const pairs = times.flatMap((own, round) => {
    const base = nothing[round];
    return base === undefined ? [] : [{ own, base }];
  });
  return {
    cpu: median(times.map(({ cpu }) => cpu)),
    added: median(pairs.map(({ own, base }) => own.cpu - base.cpu)),
    ratio: median(pairs.map(({ own, base }) => own.cpu / base.cpu)),
    throughput: median(pairs.map(({ own, base }) => base.wall / own.wall)),
  };
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * @param {import('node:child_process').ChildProcess} process
 * @param {number} requests
 * @param {number} leadIn
 * @returns {Promise<Times>}
 */
async function run(process, requests, leadIn) {
  process.send({ requests, leadIn });
  return answerOf(process);
}
