// @ts-check
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** What {@link bundleTracing} writes. */
export const tracingBundle = join(dist, 'tracing.cjs');

/**
 * Puts all that a traced process loads into one CommonJS file: a process starts twice as fast with it as with the hundred
 * modules that it is made of, and needs nothing of the loader that the program may have changed.
 */
export async function bundleTracing() {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: join(dist, 'spool', 'start.js'), platform: 'node' });
  // Names stay, for the stack traces of our own failures.
  const minify = { compress: true, mangle: false, codegen: true };
  await bundle.write({ file: `${tracingBundle}.new`, format: 'cjs', minify });
  await bundle.close();
  renameSync(`${tracingBundle}.new`, tracingBundle);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await bundleTracing();
}
