// @ts-check
// Writes what docs/performance.md and the README quote of the last recorded runs.
//
//   node bench/publish.mjs [--check]    only looks, and fails when a page says something else
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { recordedInstructions } from './instructions.mjs';
import { sections } from './page-tables.mjs';
import { lastRuns } from './results.mjs';

/** Pages with numbers of the benchmarks, relative to the project. */
export const PAGES = ['README.md', 'docs/performance.md'];

/**
 * A page with its quotes made anew: each is between `<!-- bench: NAME -->` and `<!-- /bench -->`, on lines of their own or
 * within a sentence.
 *
 * @param {string} page
 * @param {Record<string, string>} texts by name; a quote that is not among them stays as it is
 */
export function withQuotes(page, texts) {
  return page.replaceAll(
    /(<!-- bench: ([\w-]+) -->)([^]*?)(<!-- \/bench -->)/g,
    (all, start, /** @type {string} */ name, /** @type {string} */ old, end) => {
      const text = texts[name];
      if (text === undefined) return all;
      return old.startsWith('\n') ? `${start}\n\n${text}\n\n${end}` : `${start}${text}${end}`;
    },
  );
}

/** Pages that do not say what the last recorded runs say, and what they should be. */
export function stalePages() {
  const texts = sections(lastRuns(), recordedInstructions());
  return PAGES.flatMap((name) => {
    const url = new URL(`../${name}`, import.meta.url);
    const now = readFileSync(url, 'utf8');
    const wanted = withQuotes(now, texts);
    return now === wanted ? [] : [{ name, url, wanted }];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check');
  for (const { name, url, wanted } of stalePages()) {
    if (isCheck) {
      console.error(
        `${name} has other numbers than the last recorded run; write them with: node bench/publish.mjs`,
      );
      process.exitCode = 1;
    } else {
      writeFileSync(url, wanted);
      console.log(`${name} written`);
    }
  }
}
