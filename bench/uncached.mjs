// @ts-check
// Look-ups of a property, in Node's code and in ours, that V8 caches in a program that nobody watches and no longer when a row does. It
// caches four shapes of objects at one place in the code; one more, and each look-up there is a search (100 instructions).
//
//   node bench/uncached.mjs [--client NAME]... [--row NAME]...
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { certificateFor } from './certificate.mjs';
import { SERVER_CORE, TIMED, answerOf, forkOn } from './cores.mjs';
import { SIZES } from './plans.mjs';

const REQUESTS = 4000;
const FLAGS = ['--log-ic', '--no-logfile-per-isolate', ...TIMED];
const requestsModule = fileURLToPath(new URL('requests-process.mjs', import.meta.url));
const serverModule = fileURLToPath(new URL('server-process.mjs', import.meta.url));
const run = promisify(execFile);

/**
 * Places of look-ups, as V8 names them, each with whether it has too many shapes to be cached.
 *
 * @param {object} settings of requests-process.mjs
 * @param {string} log a file that V8 writes
 * @returns {Promise<Map<string, boolean>>}
 */
async function lookUps(settings, log) {
  const given = JSON.stringify({ ...settings, concurrency: 16, requests: REQUESTS });
  await run(process.execPath, [...FLAGS, `--logfile=${log}`, requestsModule, given]);
  /** @type {Map<string, boolean>} */
  const places = new Map();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [kind, , , row, column, , state, , name] = line.split(',');
    if (kind === undefined || !/^(Keyed)?(Load|Store)IC$/.test(kind)) continue;
    const place = `${kind} ${row}:${column} ${name?.replace(/ hash \w+/, '')}`;
    places.set(place, places.get(place) === true || state === 'N');
  }
  return places;
}

const { values } = parseArgs({
  options: {
    client: { type: 'string', multiple: true, default: Object.keys(SIZES) },
    row: { type: 'string', multiple: true, default: ['observe', 'context', 'record'] },
  },
});
const build = copyBuild();
const folder = mkdtempSync(join(tmpdir(), 'httptrace-uncached-'));
const log = join(folder, 'v8.log');
try {
  for (const client of values.client) {
    const certificate = await certificateFor(client);
    const server = forkOn(serverModule, { client, certificate }, SERVER_CORE);
    try {
      const settings = { client, certificate, dist: build.url, origin: await answerOf(server) };
      const before = await lookUps({ ...settings, row: 'nothing' }, log);
      for (const row of values.row) {
        const after = await lookUps({ ...settings, row }, log);
        const lost = [...after].filter(([place, isLost]) => isLost && before.get(place) === false);
        console.log(`${client}, ${row}: ${lost.length} of ${before.size}`);
        for (const [place] of lost) console.log(`  ${place}`);
      }
    } finally {
      server.kill();
    }
  }
} finally {
  build.remove();
  rmSync(folder, { recursive: true, force: true });
}
