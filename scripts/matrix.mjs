// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const USAGE = `Usage: npm run test:matrix [-- VERSION... | --others]

Runs the tests on several versions of Node, on each with its own undici and with those from npm that run there. VERSION
is a full version, or the major version of one in the default list; --others is the default list without the version
that runs this. Binaries come from npm and stay in .cache/nodes/.`;

/** One a supported major version: the last of each when this list was made. */
const VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'];

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Path of the `node` binary of a version, installed when it is not there yet.
 *
 * @param {string} version
 */
function nodeBinary(version) {
  if (version === process.versions.node) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(root, '.cache', 'nodes', version);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const binary = join(folder, 'node_modules', name, 'bin', program);
  if (!existsSync(binary)) {
    console.log(`Installing ${name}@${version}`);
    mkdirSync(folder, { recursive: true });
    // A package of its own: else npm would install into the project around it.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    npm(
      ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--silent', `${name}@${version}`],
      folder,
    );
  }
  return binary;
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const script = process.env.npm_execpath;
  const { status } =
    script === undefined
      ? spawnSync('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed`);
}

/**
 * @param {string} version
 * @returns {{ version: string, passed: boolean, seconds: number, note: string }}
 */
function runTests(version) {
  const start = Date.now();
  let status = null;
  let note = '';
  try {
    const binary = nodeBinary(version);
    console.log(`\nNode ${version}`);
    const path = `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`;
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    ({ status } = spawnSync(binary, [vitest, 'run'], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PATH: path },
    }));
  } catch (error) {
    note = error instanceof Error ? error.message : String(error);
  }
  return { version, passed: status === 0, seconds: Math.round((Date.now() - start) / 1000), note };
}

/** @param {readonly string[]} args */
function chooseVersions(args) {
  if (args.length === 0) return VERSIONS;
  if (args.length === 1 && args[0] === '--others') {
    return VERSIONS.filter((version) => version !== process.versions.node);
  }
  return args.map((arg) => {
    const version = arg.replace(/^v/, '');
    const known = VERSIONS.find((candidate) => candidate === version || candidate.split('.')[0] === version);
    if (known !== undefined) return known;
    if (/^\d+\.\d+\.\d+$/.test(version)) return version;
    throw new Error(`not a version: ${arg} (want one of ${VERSIONS.join(', ')}, its major, or x.y.z)`);
  });
}

/** @param {readonly string[]} args */
function main(args) {
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const results = chooseVersions(args).map(runTests);
  console.log('\n Node      result   time');
  for (const { version, passed, seconds, note } of results) {
    console.log(
      ` ${version.padEnd(9)} ${passed ? 'passed' : 'FAILED'} ${`${seconds} s`.padStart(6)}  ${note}`.trimEnd(),
    );
  }
  return results.every(({ passed }) => passed) ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`matrix: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
