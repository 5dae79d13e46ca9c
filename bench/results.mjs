// @ts-check
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/**
 * One recorded run.
 *
 * @typedef {object} RunResult
 * @property {string} date ISO 8601
 * @property {string} node
 * @property {string} cpu
 * @property {number} cores
 * @property {string} plan
 * @property {Record<string, string>} peers versions
 * @property {import('./contest.mjs').ContestResult[]} contests a client each
 * @property {import('./contest.mjs').ContestResult[]} concurrency
 * @property {import('./contest.mjs').ContestResult} [composed]
 * @property {import('./contest.mjs').ContestResult} [kept]
 * @property {import('./memory.mjs').MemoryResult[]} memory
 * @property {import('./go-client.mjs').GoResult} [go]
 */

const folder = new URL('results/', import.meta.url);
const PREFIX = 'cost-';

/** Where and when this process runs. */
export function environment() {
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
  };
}

/** Versions of the peers, as bench/package.json pins them. @returns {Record<string, string>} */
export function peerVersions() {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  return dependencies;
}

/**
 * Keeps a run in bench/results/.
 *
 * @param {RunResult} result
 * @returns {string} name of the file
 */
export function saveRun(result) {
  const name = `${PREFIX}${result.date.slice(0, 16).replaceAll(':', '')}-node-${result.node}.json`;
  save(name, result);
  return name;
}

/**
 * Recorded runs, the last of each major version of Node, in order of that.
 *
 * @returns {RunResult[]}
 */
export function lastRuns() {
  mkdirSync(folder, { recursive: true });
  const runs = readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => /** @type {RunResult} */ (load(name))) // saveRun wrote it
    .toSorted((a, b) => a.date.localeCompare(b.date));
  return [...new Map(runs.map((run) => [major(run), run])).values()].toSorted((a, b) => major(a) - major(b));
}

/**
 * `run` with what was measured of a client and what it allocates, in the place of what it had of that.
 *
 * @param {RunResult} run
 * @param {import('./contest.mjs').ContestResult} contest
 * @param {import('./memory.mjs').MemoryResult} [memory]
 * @returns {RunResult}
 */
export function withClient(run, contest, memory) {
  const contests = inPlace(run.contests, contest);
  return { ...run, contests, memory: memory === undefined ? run.memory : inPlace(run.memory, memory) };
}

/**
 * @template {{ client: string }} T
 * @param {readonly T[]} all
 * @param {T} anew
 */
function inPlace(all, anew) {
  const isThere = all.some(({ client }) => client === anew.client);
  return isThere ? all.map((one) => (one.client === anew.client ? anew : one)) : [...all, anew];
}

/** @param {{ node: string }} run */
export function major({ node }) {
  return Number.parseInt(node, 10);
}

/**
 * @param {string} name of a file in bench/results/
 * @returns {unknown} undefined when there is none
 */
export function load(name) {
  try {
    return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @param {string} name of a file in bench/results/
 * @param {unknown} value
 */
export function save(name, value) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), `${JSON.stringify(value, rounded, 1)}\n`);
}

/**
 * Nobody measures more than four digits.
 *
 * @param {string} _key
 * @param {unknown} value
 */
function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
