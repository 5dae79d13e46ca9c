import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** package.json and package-lock.json of undici 8 alone. */
const source = join(root, 'test', 'undici', 'v8');

/** Where it is installed: next to what else the tests fetch. */
const target = join(root, '.cache', 'undici-8');

/** Path of undici 8's package. */
export const UNDICI_8 = join(target, 'node_modules', 'undici');

/** Whether this Node runs undici 8; others throw when it is loaded. */
export function runsUndici8(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

/**
 * Installs undici 8 where this Node runs it and it is not there yet. It is no dependency of the project, because npm would
 * refuse to install that on Node 20.
 *
 * @throws Error when npm fails.
 */
export function installUndici8(): void {
  if (!runsUndici8() || isInstalled()) return;
  mkdirSync(join(root, '.cache'), { recursive: true });
  // Made aside and moved, because several runs may begin at the same time.
  const folder = mkdtempSync(`${target}-`);
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(source, file), join(folder, file));
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], folder);
  if (!isInstalled()) {
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  }
  rmSync(folder, { recursive: true, force: true });
}

function isInstalled(): boolean {
  const file = join(UNDICI_8, 'package.json');
  return existsSync(file) && versionIn(file) === wanted();
}

function wanted(): string {
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    readonly dependencies: { readonly undici: string };
  }; // ours
  return dependencies.undici;
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version; // every package has one
}

function npm(args: readonly string[], cwd: string): void {
  const script = process.env.npm_execpath;
  const { status } =
    script === undefined
      ? spawnSync('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}: undici 8 cannot be tested`);
}
