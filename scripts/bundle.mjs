// @ts-check
import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** All that a traced process loads: it needs nothing of the module loader that the program may have changed. */
export const tracingBundle = join(root, 'dist', 'tracing.cjs');
/** What `import 'httptrace'` loads. */
export const libraryBundle = join(root, 'dist', 'index.js');

/**
 * Puts what is loaded into other people's programs into one file each: a process starts twice as fast with it as with the
 * hundred modules that it is made of, and each module leaves memory that makes the program itself slower: its requests take
 * 5 to 15 % longer with the modules and no longer with the file (docs/discoveries/v8.md).
 */
export async function bundle() {
  await write('src/spool/start.ts', tracingBundle, {
    format: 'cjs',
    // Names stay, for the stack traces of our own failures.
    minify: { compress: true, mangle: false, codegen: true },
  });
  await write('src/index.ts', libraryBundle, { format: 'esm', sourcemap: true });
}

/**
 * @param {string} input
 * @param {string} file
 * @param {import('rolldown').OutputOptions} options
 */
async function write(input, file, options) {
  const { rolldown } = await import('rolldown');
  const made = await rolldown({
    input: join(root, input),
    platform: 'node',
    transform: { target: 'es2022' },
  });
  const { output } = await made.generate({ ...options, file });
  await made.close();
  for (const part of output) {
    const path = join(dirname(file), part.fileName);
    writeFileSync(`${path}.new`, part.type === 'chunk' ? part.code : part.source);
    // In one step: a program may run from dist/ meanwhile.
    renameSync(`${path}.new`, path);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await bundle();
}
