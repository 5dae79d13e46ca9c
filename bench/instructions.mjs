// @ts-check
// Counts the instructions that a GET of node:http takes on a stream in memory, by valgrind: the same count each time on whatever
// machine, where microseconds scatter by a fifth. It says nothing of the kernel, of caches and of other cores.
//
//   node bench/instructions.mjs [--record] [ROW...]
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { load, major, save } from './results.mjs';
import { ROWS } from './rows.mjs';

/** @typedef {{ node: string, rows: Record<string, number> }} Instructions of a request, by row */

const FILE = 'instructions.json';
const ALL = [
  'nothing',
  'installed',
  'observe',
  'context',
  'record',
  'on-record',
  'http-timer',
  'opentelemetry',
];
/** V8 has compiled all by the first number; what is between the two is counted. */
const REQUESTS = /** @type {const} */ ([16_000, 20_000]);
/** One thread, nothing random: the same run each time. */
const FLAGS = ['--single-threaded', '--predictable', '--hash-seed=1', '--random-seed=1'];
/** Without a network. */
const IN_MEMORY = { client: 'memory', origin: 'http://memory.test', concurrency: 1 };
const module = fileURLToPath(new URL('requests-process.mjs', import.meta.url));
const run = promisify(execFile);

/** @returns {Record<string, Instructions>} what was recorded, by major version of Node */
export function recordedInstructions() {
  return /** @type {Record<string, Instructions>} */ (load(FILE) ?? {}); // main wrote it
}

/**
 * @param {string} row
 * @param {string} dist URL of the library's build
 * @param {string} folder for temporary files
 */
async function instructions(row, dist, folder) {
  const [few, many] = await Promise.all(
    REQUESTS.map(async (requests) => {
      const log = join(folder, `${row}-${requests}.txt`);
      const settings = JSON.stringify({ ...IN_MEMORY, row, dist, requests });
      const valgrind = [
        '--tool=cachegrind',
        '--cache-sim=no',
        '--cachegrind-out-file=/dev/null',
        `--log-file=${log}`,
      ];
      await run('valgrind', [...valgrind, process.execPath, ...FLAGS, module, settings]);
      const [, count] = /I\s+refs:\s+([\d,]+)/.exec(readFileSync(log, 'utf8')) ?? [];
      if (count === undefined)
        throw new Error(`valgrind did not count; it says:\n${readFileSync(log, 'utf8')}`);
      return Number(count.replaceAll(',', ''));
    }),
  );
  if (few === undefined || many === undefined) throw new Error('two counts were asked for'); // Promise.all keeps them
  return (many - few) / (REQUESTS[1] - REQUESTS[0]);
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { record: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const rows = positionals.length > 0 ? positionals : ALL;
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-instructions-'));
  const build = copyBuild();
  try {
    /** @type {Record<string, number>} */
    const counts = {};
    let next = 0;
    // Two processes a row; other processes change no count.
    const lanes = Array.from({ length: Math.max(1, availableParallelism() >> 1) }, async () => {
      while (next < rows.length) {
        const row = rows[next++] ?? '';
        counts[row] = await instructions(row, build.url, folder);
        console.log(`${(ROWS[row]?.title ?? row).padEnd(65)} ${Math.round(counts[row])}`);
      }
    });
    await Promise.all(lanes);
    if (!values.record) return;
    const ordered = Object.fromEntries(rows.map((row) => [row, Math.round(counts[row] ?? NaN)]));
    save(FILE, {
      ...recordedInstructions(),
      [major(process.versions)]: { node: process.versions.node, rows: ordered },
    });
  } finally {
    build.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
