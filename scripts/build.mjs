// @ts-check
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { builtPage } from './build-page.mjs';
import { libraryBundle, tracingBundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const executables = [join(dist, 'cli', 'bin.js')];

/**
 * Compiles src/ to dist/, bundles the library and builds the page there, and removes from dist/ what none of them has
 * written. Files are overwritten, not deleted first: a program that runs from dist/ meanwhile never finds it empty.
 *
 * @returns {boolean} false when the compiler reported errors; what could be emitted is in dist/ all the same.
 */
export function build() {
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, '-p', 'tsconfig.build.json', '--listEmittedFiles'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 * 1024 },
  );
  const emitted = new Set();
  for (const line of stdout.split(/\r?\n/)) {
    if (line.startsWith('TSFILE: ')) emitted.add(resolve(root, line.slice('TSFILE: '.length)));
    else if (line !== '') process.stderr.write(`${line}\n`);
  }
  emitted.add(tracingBundle);
  emitted.add(builtPage);
  if (emitted.size > 2) removeStale(emitted);
  for (const file of executables) if (existsSync(file)) chmodSync(file, 0o755);
  const bundled = ['bundle.mjs', 'build-page.mjs'].map(runScript);
  return bundled.every(Boolean) && status === 0;
}

/**
 * Runs a script beside this one in a process of its own: bundlers can only be awaited, and who needs a build cannot wait.
 *
 * @param {string} name
 */
function runScript(name) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', name)], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}

/** Builds when a source file or a setting is newer than dist/. Returns as {@link build} does. */
export function buildIfStale() {
  if ([libraryBundle, builtPage, tracingBundle].every((file) => existsSync(file))) {
    const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
    const inputs = [...settings, 'scripts/build-page.mjs', 'scripts/bundle.mjs'];
    const sources = ['src', 'ui'].flatMap((folder) => walk(join(root, folder)));
    const newest = Math.max(...[...inputs.map((name) => join(root, name)), ...sources].map(modified));
    if (newest < modified(libraryBundle)) return true;
  }
  return build();
}

/** @param {ReadonlySet<string>} emitted */
function removeStale(emitted) {
  for (const path of walk(dist)) {
    if (!emitted.has(path) && !statSync(path).isDirectory()) rmSync(path);
  }
}

/**
 * Folders are listed too: the time of a folder changes when a file in it is removed.
 *
 * @param {string} folder
 */
function walk(folder) {
  return [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ];
}

/** @param {string} path */
function modified(path) {
  return statSync(path).mtimeMs;
}

/** `npm pack` must work in a fresh clone, where nothing has installed the compiler yet. */
function installCompiler() {
  if (process.env.npm_command !== 'pack') {
    process.stderr.write('build: the compiler is not installed; run `npm ci` first\n');
    return false;
  }
  const npm = process.env.npm_execpath;
  if (npm === undefined) return false;
  const { status } = spawnSync(process.execPath, [npm, 'ci', '--ignore-scripts', '--silent'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (existsSync(compiler) || installCompiler()) && build() ? 0 : 1;
}
