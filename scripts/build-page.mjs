// @ts-check
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the page belongs. */
export const builtPage = join(root, 'dist', 'page.html');

/**
 * Builds ui/ into one HTML file without any reference to another. Its Content-Security-Policy names the digests of its
 * script and its style: nothing else in it can run, whatever a trace holds.
 *
 * @param {string} target - path of the file; it is replaced in one step.
 */
export async function buildPage(target) {
  const { script, style } = await bundle();
  const shell = readFileSync(join(root, 'ui', 'page.html'), 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    "connect-src 'none'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  /** @type {Readonly<Record<string, string>>} */
  const parts = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    style: `<style>${style}</style>`,
    trace: '<script id="trace" type="text/plain" data-source="none"></script>',
    script: `<script>${script}</script>`,
    notices: `<!--\n${notices()}\n-->`,
  };
  const page = shell.replace(/<!--(policy|style|trace|script|notices)-->/g, (_, name) => parts[name] ?? '');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.new`, page);
  renameSync(`${target}.new`, target);
}

/** @returns {Promise<{ script: string, style: string }>} */
async function bundle() {
  // Loaded here: who only asks whether the build is up to date need not wait for it.
  const { build } = await import('vite');
  const result = await build({
    configFile: false,
    root: join(root, 'ui'),
    logLevel: 'warn',
    publicDir: false,
    // Said, because vite goes by NODE_ENV, which tests set: JSX for development names each file with its folder.
    mode: 'production',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      modulePreload: false,
      rollupOptions: {
        input: join(root, 'ui', 'main.tsx'),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  });
  const [bundled] = Array.isArray(result) ? result : [result];
  if (bundled === undefined || !('output' in bundled)) throw new Error('ui/: vite has built nothing');
  let script = '';
  let style = '';
  for (const file of bundled.output) {
    if (file.type === 'chunk') script += file.code;
    else if (file.fileName.endsWith('.css')) style += String(file.source);
    else throw new Error(`ui/: ${file.fileName} would be a file of its own, but the page is one file`);
  }
  script = script.trim();
  style = style.trim();
  if (/<\/script|<!--/i.test(script)) throw new Error('ui/: the script would end its own element');
  if (/<\/style|@import|url\((?!['"]?data:)/i.test(style))
    throw new Error('ui/: the style refers to something else');
  return { script, style };
}

/** @param {string} text */
function digest(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Licences of what is in the page and not ours. */
function notices() {
  const texts = ['preact', '@preact/signals', '@preact/signals-core'].map((name) => {
    const licence = readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim();
    return `${name}\n\n${licence}`;
  });
  const all = texts.join('\n\n');
  if (all.includes('--')) throw new Error('ui/: a licence would end the comment that it is in');
  return all;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildPage(builtPage);
}
