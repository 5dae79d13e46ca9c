// @ts-check
// A short, stable measurement for each change: fails when tracing costs far more than when the last run was recorded.
// Ratios only, in pairs within one process, so that neither the machine nor what else it does decides.
//
//   npm run bench:ci [-- --record | --client NAME... --inject MICROSECONDS]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { TIMED, answerOf, forkOn } from './cores.mjs';
import { judge, referenceFor } from './judge.mjs';
import { SIZES } from './plans.mjs';
import { environment, load, major, save } from './results.mjs';

const FILE = 'regression.json';
const ROWS = ['control', 'observe', 'record'];
/** Requests in a block: so few that a pair is over before the machine changes its mind. */
const CLIENTS = { http: 100, undici: 100, fetch: 40, http2: 100 };
const PAIRS = 60;
const module = fileURLToPath(new URL('toggle-process.mjs', import.meta.url));

/**
 * @param {string} dist URL of the library's build, ending in a slash
 * @param {readonly string[]} [only] names of clients
 * @returns {Promise<import('./judge.mjs').Ratios>}
 */
export async function measureRatios(dist, only = Object.keys(CLIENTS)) {
  /** @type {import('./judge.mjs').Ratios} */
  const ratios = {};
  for (const [client, requests] of Object.entries(CLIENTS)) {
    if (!only.includes(client)) continue;
    for (const row of ROWS) {
      const { warmUp } = SIZES[/** @type {keyof typeof CLIENTS} */ (client)]; // a key of CLIENTS
      const options = { client, row, dist, concurrency: 16, pairs: PAIRS, requests, warmUp };
      /** @type {import('./toggle.mjs').ToggleResult} */
      const { ratio } = await answerOf(forkOn(module, options, undefined, TIMED));
      (ratios[client] ??= {})[row] = ratio;
    }
  }
  return ratios;
}

/** @param {import('./judge.mjs').Ratios} ratios */
export function recordRatios(ratios) {
  const all = recorded();
  const node = major(process.versions);
  save(FILE, { ...all, [node]: { ...all[node], [environment().cpu]: ratios } });
}

/** @returns {Record<string, Record<string, import('./judge.mjs').Ratios>>} by major version of Node and processor */
function recorded() {
  // recordRatios wrote it.
  return /** @type {Record<string, Record<string, import('./judge.mjs').Ratios>>} */ (load(FILE) ?? {});
}

async function main() {
  const { values } = parseArgs({
    options: {
      record: { type: 'boolean', default: false },
      client: { type: 'string', multiple: true },
      inject: { type: 'string' },
    },
  });
  if (values.inject !== undefined) process.env.BENCH_INJECT = values.inject;
  const build = copyBuild();
  try {
    const ratios = await measureRatios(build.url, values.client);
    if (values.record && values.client === undefined) recordRatios(ratios);
    const reference = referenceFor(recorded()[major(process.versions)] ?? {}, environment().cpu);
    const verdicts = judge(ratios, reference);
    for (const { text } of verdicts) console.log(text);
    if (verdicts.some(({ isTooMuch }) => isTooMuch)) process.exitCode = 1;
  } finally {
    build.remove();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
