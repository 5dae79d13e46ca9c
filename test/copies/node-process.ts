import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

import { certFile } from '../helpers/certs.ts';

/** The built library. */
export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** A copy of the built library, as another package's dependency would be; removed when the test has finished. */
export function copyOfLibrary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'httptrace-copy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  // The nearest package.json makes the files modules.
  cpSync(fileURLToPath(new URL('../../package.json', import.meta.url)), join(directory, 'package.json'));
  // Nothing of the command, and no types: copying takes longer than most tests.
  cpSync(DIST, join(directory, 'dist'), {
    recursive: true,
    filter: (file) => !/[\\/](cli|view)$|\.d\.ts$|\.map$/.test(file),
  });
  return join(directory, 'dist', 'index.js');
}

/**
 * Runs `code`, a module, in a fresh Node process that trusts the tests' authority.
 *
 * @param parameters - strings that `code` finds as `process.argv.slice(1)`.
 * @returns what it has written to standard output, as JSON.
 * @throws Error with the process's standard error when it has written there, or failed.
 */
export async function runNode(
  code: string,
  parameters: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): Promise<unknown> {
  const child = spawn(
    process.execPath,
    [...nodeOptions, '--input-type=module', '--eval', code, '--', ...parameters],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_EXTRA_CA_CERTS: certFile('ca.pem') } },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0 || stderr !== '') throw new Error(`the process ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout);
}
