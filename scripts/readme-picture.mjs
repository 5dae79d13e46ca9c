// @ts-check
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const USAGE = `Usage: node scripts/readme-picture.mjs [--record]

Draws docs/pictures/waterfall.svg from the records in docs/pictures/waterfall.json.

  --record  first make these records anew, by running the command in a network of its own
            (Linux, as root, with unshare, ip, mount, python3 and openssl)`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {readonly string[]} args */
function node(...args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--record')) {
  console.log(USAGE);
  process.exitCode = args.includes('--help') ? 0 : 2;
} else {
  process.exitCode =
    node(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', join('scripts', 'readme-picture')) ||
    node(join('.cache', 'readme-picture', 'scripts', 'readme-picture', 'main.js'), ...args);
}
