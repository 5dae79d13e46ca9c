// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const USAGE = `Usage: npm run test:soak [-- [--runs N] [CLIENT...]]

Draws N plans (50000 by default) for each CLIENT (all by default: http https fetch undici-6 undici-7 undici-8 http2
fetch-h2 undici-7-h2 undici-8-h2; those of undici 8 where Node runs it), plays each without and with httptrace, and
holds it against the laws. Prints the seed, the progress and the heap; fails when a law is broken or the heap grows.
HTTPTRACE_PROPERTY_SEED=SEED repeats a soak.`;

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(import.meta.resolve('./soak.config.ts'));
const SOAK = fileURLToPath(import.meta.resolve('./soak.ts'));

/** @param {readonly string[]} args */
function main(args) {
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const at = args.indexOf('--runs');
  const runs = at === -1 ? '50000' : (args[at + 1] ?? '');
  if (!/^[1-9]\d*$/.test(runs)) {
    console.error(`soak: --runs is ${JSON.stringify(runs)}; give the number of plans for each client`);
    return 2;
  }
  const clients = at === -1 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
  const { status } = spawnSync(process.execPath, [VITEST, 'run', '--config', CONFIG, SOAK], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, HTTPTRACE_SOAK_CLIENTS: clients.join(' '), HTTPTRACE_SOAK_RUNS: runs },
  });
  return status ?? 1;
}

process.exitCode = main(process.argv.slice(2));
