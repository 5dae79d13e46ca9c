// @ts-check
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * Copies the library's build, so that a run measures one build though somebody compiles meanwhile.
 *
 * @returns {{ url: string, remove(): void }}
 */
export function copyBuild() {
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-bench-'));
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return {
    url: buildUrl(join(folder, 'dist')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * URL of a folder with a build, ending in a slash.
 *
 * @param {string} folder
 */
export function buildUrl(folder) {
  return `${pathToFileURL(folder).href}/`;
}
