// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version, exports, bin } =
  /** @type {{ name: string, version: string, exports: Record<string, string>, bin: Record<string, string> }} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  );

/**
 * Runs a command and gives its standard output; throws with all its output when it fails.
 *
 * @param {string} label what is checked
 * @param {string} script file that node runs
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function check(label, script, args, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${label} failed (exit ${status})\n${stdout}${stderr}`);
  console.log(`ok  ${label}`);
  return stdout;
}

/**
 * @param {string} label
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(label, args, cwd) {
  if (npmScript === undefined) throw new Error('run it as `npm run pack`');
  return check(label, npmScript, args, cwd);
}

/**
 * Uses the installed package as a stranger would, by a file in the folder where it is installed.
 *
 * @param {string} folder
 */
function useInstalled(folder) {
  const specifiers = Object.entries(exports)
    .filter(([, target]) => target.endsWith('.js'))
    .map(([key]) => name + key.slice(1));
  const imports = specifiers.map((specifier) => `await import('${specifier}')`).join(', ');
  const requires = specifiers.map((specifier) => `require('${specifier}')`).join(', ');
  const test = (/** @type {string} */ modules) => `
    const [library] = [${modules}];
    const trace = { getConn() {} };
    const context = library.withClientTrace(library.Context.background, trace);
    if (library.contextClientTrace(context) !== trace) throw new Error('the trace is not in its context');
  `;
  writeFileSync(join(folder, 'import.mjs'), test(imports));
  writeFileSync(join(folder, 'require.cjs'), test(requires));
  check(`import ${specifiers.join(', ')}`, 'import.mjs', [], folder);
  check(`require ${specifiers.join(', ')}`, 'require.cjs', [], folder);
  for (const [command, file] of Object.entries(bin)) {
    const program = join(folder, 'node_modules', name, file);
    const help = check(`${command} --help`, program, ['--help'], folder);
    if (!help.includes(command)) throw new Error(`${command} --help does not name the command:\n${help}`);
    const printed = check(`${command} --version`, program, ['--version'], folder);
    if (!printed.includes(version))
      throw new Error(`${command} --version printed ${printed.trim()}, want ${version}`);
  }
}

const npmScript = process.env.npm_execpath;
const folder = mkdtempSync(join(tmpdir(), 'httptrace-pack-'));
try {
  npm('npm pack', ['pack', '--silent', '--pack-destination', folder], root);
  const tarball = join(folder, `${name}-${version}.tgz`);
  const tools = join(root, 'node_modules');
  check('publint', join(tools, 'publint', 'src', 'cli.js'), [tarball, '--strict'], root);
  const attw = join(tools, '@arethetypeswrong', 'cli', 'dist', 'index.js');
  check('attw --profile esm-only', attw, [tarball, '--profile', 'esm-only', '--quiet'], root);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(
    'npm install of the tarball',
    ['install', '--ignore-scripts', '--no-package-lock', '--silent', tarball],
    folder,
  );
  useInstalled(folder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
