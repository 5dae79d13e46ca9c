import { join } from 'node:path';

import { defineConfig } from 'vitest/config';

const unitTests = ['src/**/*.test.ts', 'test/**/*.test.ts'];
const memoryTests = ['src/**/*.memory.test.ts', 'test/**/*.memory.test.ts'];

/** Random plans, and the page in a browser, say the same on each version of Node: once in a whole check is enough. */
const randomTests =
  process.env.SKIP_RANDOM_TESTS === undefined
    ? []
    : ['test/properties/*.properties.test.ts', 'test/**/*.browser.test.ts'];

/** Folder in which each run leaves its results as JSON, for scripts/test-totals.mjs. */
const reports = process.env.TEST_REPORTS;

export default defineConfig({
  test: {
    globalSetup: 'test/global-setup.ts',
    maxWorkers: '100%',
    // Each file has a process of its own, because probes patch node's prototypes for good. The projects do not extend
    // this config: `globalSetup` would run once for each of them.
    projects: [
      {
        test: { name: 'unit', pool: 'forks', include: unitTests, exclude: [...memoryTests, ...randomTests] },
      },
      { test: { name: 'memory', pool: 'forks', include: memoryTests, execArgv: ['--expose-gc'] } },
    ],
    reporters: reports === undefined ? ['default'] : ['default', 'json'],
    ...(reports !== undefined && {
      outputFile: { json: join(reports, `node-${process.versions.node}-${process.pid}.json`) },
    }),
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: {
        'src/trace/**': { lines: 95 },
        'src/events/**': { lines: 95 },
        'src/probes/**': { lines: 95 },
        'src/record/**': { lines: 95 },
      },
    },
  },
});
