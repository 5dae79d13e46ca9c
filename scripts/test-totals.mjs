// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The part of vitest's JSON report that is read here.
 *
 * @typedef {{
 *   numPassedTests: number,
 *   numFailedTests: number,
 *   testResults: { name: string, status: string, message: string, assertionResults: unknown[] }[],
 * }} Report
 */

/**
 * Adds up the JSON reports that vitest runs with TEST_REPORTS=folder have left there. A test file that could not be
 * loaded has no tests to count, and counts as one failed test.
 *
 * @param {string} folder
 */
function addUp(folder) {
  let passed = 0;
  let failed = 0;
  for (const name of readdirSync(folder).toSorted()) {
    const report = /** @type {Report} */ (JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    for (const file of unloaded) console.log(`${name}: not loaded: ${file.name}`);
    console.log(
      `${name}: ${report.numPassedTests} passed, ${report.numFailedTests + unloaded.length} failed`,
    );
    passed += report.numPassedTests;
    failed += report.numFailedTests + unloaded.length;
  }
  return { passed, failed };
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('test-totals: want the folder of the reports');
  process.exitCode = 2;
} else {
  const { passed, failed } = addUp(folder);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = passed === 0 || failed > 0 ? 1 : 0;
}
