// @ts-check
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildIfStale } from './build.mjs';

const USAGE = `Usage: node scripts/readme-picture.mjs [--record=NAME] [--page]

Draws waterfall.svg and run.svg in docs/pictures/ from the recordings beside them.

  --page         take the pictures of the page too (page-*.webp), with Chromium
  --record=NAME  first make the recording of a picture anew (waterfall, run or page), by running
                 the command in a network of its own; repeatable
                 (Linux, as root, with unshare, ip, mount, python3 and openssl)`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {readonly string[]} args */
function node(...args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => !/^(--page|--record=(waterfall|run|page))$/.test(arg))) {
  console.log(USAGE);
  process.exitCode = args.includes('--help') ? 0 : 2;
} else {
  // What is recorded and photographed is the command and the page as they are built.
  const isReady = args.length === 0 || buildIfStale();
  process.exitCode = isReady
    ? node(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', join('scripts', 'readme-picture')) ||
      node(join('.cache', 'readme-picture', 'scripts', 'readme-picture', 'main.js'), ...args)
    : 1;
}
