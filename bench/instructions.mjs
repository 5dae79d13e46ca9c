// @ts-check
// Counts the instructions that a request takes, by valgrind: nearly the same count each time on whatever machine, where microseconds
// scatter by a fifth. It says nothing of the kernel, of caches and of other cores.
//
//   node bench/instructions.mjs [--record] [--client NAME]... [--row NAME]...
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { certificateFor } from './certificate.mjs';
import { TIMED } from './cores.mjs';
import { load, major, save } from './results.mjs';
import { ROWS } from './rows.mjs';

/**
 * @typedef {Record<string, number>} Counts instructions of a request, by row
 * @typedef {{ node: string, clients: Record<string, Counts> }} Instructions of a version of Node
 *
 * @typedef {object} Counted what is counted of a client
 * @property {Partial<import('./watched-client.mjs').ClientSettings>} [settings]
 * @property {readonly [few: number, many: number]} requests V8 has compiled all by the first number, or nearly all; what is between
 *   the two is counted
 * @property {readonly string[]} rows
 */

const FILE = 'instructions.json';
const OWN = ['nothing', 'installed', 'observe', 'context', 'record'];
const REQUESTS = /** @type {const} */ ([16_000, 20_000]);
/** @type {Record<string, Counted>} */
const COUNTED = {
  // Without a network.
  http: {
    settings: { client: 'memory', origin: 'http://memory.test' },
    requests: REQUESTS,
    rows: [...OWN, 'on-record', 'http-timer', 'opentelemetry'],
  },
  // The others bring their own sockets: with the server in the same process, because what two do at once is never the same twice.
  dial: { requests: [9000, 12_000], rows: [...OWN, 'http-timer'] },
  https: { requests: REQUESTS, rows: OWN },
  undici: { requests: REQUESTS, rows: [...OWN, 'opentelemetry'] },
  http2: { requests: REQUESTS, rows: OWN },
  fetch: { requests: [20_000, 24_000], rows: [...OWN, 'opentelemetry'] },
};
/** One thread, nothing random: nearly the same run each time. */
const FLAGS = ['--single-threaded', '--predictable', '--hash-seed=1', '--random-seed=1', ...TIMED];
const module = fileURLToPath(new URL('requests-process.mjs', import.meta.url));
const run = promisify(execFile);

/** @returns {Record<string, Instructions>} what was recorded, by major version of Node */
export function recordedInstructions() {
  return /** @type {Record<string, Instructions>} */ (load(FILE) ?? {}); // main wrote it
}

/**
 * @param {object} settings of requests-process.mjs
 * @param {string} log a file that valgrind writes
 */
async function instructionsOf(settings, log) {
  const valgrind = [
    '--tool=cachegrind',
    '--cache-sim=no',
    '--cachegrind-out-file=/dev/null',
    `--log-file=${log}`,
  ];
  await run('valgrind', [...valgrind, process.execPath, ...FLAGS, module, JSON.stringify(settings)]);
  const said = readFileSync(log, 'utf8');
  const [, count] = /I\s+refs:\s+([\d,]+)/.exec(said) ?? [];
  if (count === undefined) throw new Error(`valgrind did not count; it says:\n${said}`);
  return Number(count.replaceAll(',', ''));
}

/**
 * @param {Counted} counted
 * @param {object} more settings
 * @param {string} folder for temporary files
 * @returns {Promise<number>} of a request
 */
async function count({ settings, requests: [few, many] }, more, folder) {
  /** @param {number} requests */
  const instructions = (requests) =>
    instructionsOf({ concurrency: 1, ...more, ...settings, requests }, join(folder, `${requests}.txt`));
  const [less, all] = await Promise.all([instructions(few), instructions(many)]);
  return Math.round((all - less) / (many - few));
}

async function main() {
  const { values } = parseArgs({
    options: {
      record: { type: 'boolean', default: false },
      client: { type: 'string', multiple: true, default: Object.keys(COUNTED) },
      row: { type: 'string', multiple: true },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-instructions-'));
  const build = copyBuild();
  try {
    for (const client of values.client) {
      const counted = COUNTED[client];
      if (counted === undefined) {
        throw new Error(`no client ${client} is counted; there are ${Object.keys(COUNTED).join(', ')}`);
      }
      const certificate = await certificateFor(client);
      /** @type {Counts} */
      const counts = {};
      // One after the other: each is two processes, which is all cores that most machines have to spare.
      for (const row of values.row ?? counted.rows) {
        counts[row] = await count(counted, { client, row, dist: build.url, certificate }, folder);
        console.log(`${client.padEnd(8)} ${(ROWS[row]?.title ?? row).padEnd(65)} ${counts[row]}`);
      }
      if (values.record) saveCounts(client, counts);
    }
  } finally {
    build.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows that were not counted this time stay as they were. @param {string} client @param {Counts} counts */
function saveCounts(client, counts) {
  const all = recordedInstructions();
  const version = major(process.versions);
  const before = all[version]?.clients;
  const clients = { ...before, [client]: { ...before?.[client], ...counts } };
  save(FILE, { ...all, [version]: { node: process.versions.node, clients } });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
