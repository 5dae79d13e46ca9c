// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { contest } from './contest.mjs';
import { CLIENT_CORE, TIMED, answerOf, forkOn } from './cores.mjs';
import { PLANS, SIZES, sizeOf } from './plans.mjs';
import { ROWS } from './rows.mjs';
import { recordAnew, runPlan } from './run-plan.mjs';
import { contestTable, toggleLine } from './tables.mjs';

const USAGE = `Usage: npm run bench [-- OPTIONS]

What tracing costs: CPU time of a request beyond a client that nobody watches.

  --quick              only some rows, five minutes; the same as --plan quick
  --plan NAME          full (default; an hour), short (half an hour), quick
  --record             keep the result in bench/results/, and write what the pages quote of it
  --inside             the server runs in the client's process, not on the other core

One client and some rows, to look at while working:

  --client NAME        ${Object.keys(SIZES).join(', ')}; may be given several times;
                       with --record and no rows: all rows of it that the last recorded run has, in their place
  --row NAME[@DIST]    ${Object.keys(ROWS).join(', ')};
                       @DIST takes the library's build from that folder; may be given several times
  --toggle             switch the row on and off in one process: sooner, less disturbed, but the code that serves both is
                       slower for both, so it understates
  --generations N      how often the processes are started anew (default 6: fewer give no 95 % bounds)
  --seconds N          of measuring each row in each (default 1)
  --concurrency N      requests at a time (default 16)
  --json               the result as JSON`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    plan: { type: 'string' },
    record: { type: 'boolean', default: false },
    inside: { type: 'boolean', default: false },
    client: { type: 'string', multiple: true },
    row: { type: 'string', multiple: true },
    toggle: { type: 'boolean', default: false },
    generations: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '1' },
    concurrency: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
  },
});

/** Installs what the rows compare with, where it is not there yet. @param {readonly string[]} rows */
function installPeers(rows) {
  const isThere = existsSync(new URL('node_modules/dd-trace/package.json', import.meta.url));
  if (isThere || !rows.some((row) => ROWS[row]?.isPeer)) return;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--omit=optional', '--silent'];
  const script = process.env.npm_execpath;
  const { status } =
    script === undefined
      ? spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}: there is nothing to compare with`);
}

/** @param {string} dist */
async function runSome(dist) {
  const rows = values.row ?? ['control', 'installed', 'observe', 'context', 'record'];
  installPeers(rows);
  for (const client of values.client ?? ['http']) {
    const size = sizeOf(client);
    const options = { client, dist, concurrency: Number(values.concurrency) };
    if (values.toggle) {
      // So few that a pair is over before the machine changes its mind, as the blocks of a contest are not.
      const requests = Math.ceil(size.requests / 32);
      for (const row of rows) {
        const settings = { ...options, row, pairs: 200, requests, warmUp: size.warmUp };
        const result = await answerOf(
          forkOn(fileURLToPath(new URL('toggle-process.mjs', import.meta.url)), settings, CLIENT_CORE, TIMED),
        );
        console.log(values.json ? JSON.stringify({ client, ...result }) : toggleLine(client, result));
      }
      continue;
    }
    const result = await contest({
      ...options,
      ...size,
      rows,
      inside: values.inside,
      generations: Number(values.generations),
      seconds: Number(values.seconds),
    });
    console.log(values.json ? JSON.stringify(result) : contestTable(result));
  }
}

/** @param {string} dist */
async function runWhole(dist) {
  const name = values.plan ?? (values.quick ? 'quick' : 'full');
  const plan = PLANS[name];
  if (plan === undefined) throw new Error(`no plan ${name}; there are ${Object.keys(PLANS).join(', ')}`);
  installPeers(Object.values(plan.contests).flat());
  const result = await runPlan(name, plan, { dist, inside: values.inside, isRecorded: values.record });
  if (values.json) console.log(JSON.stringify(result));
}

/** @param {string} dist */
async function run(dist) {
  const { client: clients, row: rows, record } = values;
  if (clients === undefined && rows === undefined) return runWhole(dist);
  if (!record) return runSome(dist);
  if (clients === undefined || rows !== undefined) {
    throw new Error('rows alone are not recorded; give --record all rows of a client (--client), or a plan');
  }
  const anew = await recordAnew(clients, dist);
  if (values.json) console.log(JSON.stringify(anew));
}

if (values.help) {
  console.log(USAGE);
} else {
  const build = copyBuild();
  try {
    await run(build.url);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    build.remove();
  }
}
