// @ts-check
import { makeCertificate } from './certificate.mjs';
import { contest } from './contest.mjs';
import { goClient } from './go-client.mjs';
import { memory } from './memory.mjs';
import { SIZES } from './plans.mjs';
import { stalePages } from './publish.mjs';
import { measureRatios, recordRatios } from './regression.mjs';
import { environment, peerVersions, saveRun } from './results.mjs';
import { contestTable, goLine, memoryLine } from './tables.mjs';

const CONCURRENCY = 16;

/**
 * Measures what a plan says, tells the results as they come, and keeps them when asked to.
 *
 * @param {string} name
 * @param {import('./plans.mjs').Plan} plan
 * @param {{ dist: string, inside: boolean, isRecorded: boolean }} options
 * @returns {Promise<import('./results.mjs').RunResult>}
 */
export async function runPlan(name, plan, { dist, inside, isRecorded }) {
  const start = performance.now();
  const { generations, seconds } = plan;
  const common = { dist, inside, seconds, concurrency: CONCURRENCY };
  const few = { ...common, ...SIZES.http, client: 'http', generations: Math.min(3, generations) };

  /** @param {import('./contest.mjs').ContestOptions} options */
  async function told(options) {
    const result = await contest(options);
    console.log(`${contestTable(result)}\n`);
    return result;
  }

  /** @type {import('./results.mjs').RunResult} */
  const result = {
    ...environment(),
    plan: name,
    peers: peerVersions(),
    contests: [],
    concurrency: [],
    memory: [],
  };
  for (const client of plan.memory) {
    const certificate = client === 'https' ? await makeCertificate() : undefined;
    const measured = await memory(client, dist, certificate);
    console.log(memoryLine(measured));
    result.memory.push(measured);
  }
  if (plan.hasGo) {
    const go = await goClient({ concurrency: CONCURRENCY, pairs: 60, requests: 3200 });
    console.log(go === undefined ? "Go is not here, so its client's httptrace is not measured" : goLine(go));
    if (go !== undefined) result.go = go;
  }
  for (const [client, rows] of Object.entries(plan.contests)) {
    const size = SIZES[/** @type {keyof typeof SIZES} */ (client)]; // a plan names clients
    result.contests.push(await told({ ...common, ...size, client, rows, generations }));
    // A run that is cut off has measured something.
    if (isRecorded) saveRun(result);
  }
  for (const concurrency of plan.concurrency) {
    const rows = ['observe', 'record'];
    result.concurrency.push(await told({ ...few, concurrency, rows }));
  }
  if (plan.composed.length > 0) result.composed = await told({ ...few, rows: plan.composed });
  if (plan.kept.length > 0) {
    const rows = plan.kept.map((count) => `keep${count}`);
    // Each has its full number of records before it is measured.
    result.kept = await told({ ...few, rows, warmUp: Math.max(...plan.kept) + SIZES.http.warmUp });
  }
  if (isRecorded) {
    if (plan.hasRegression) recordRatios(await measureRatios(dist));
    console.log(`\nbench/results/${saveRun(result)}`);
    for (const { name: page } of stalePages())
      console.log(`${page} is to be written: node bench/publish.mjs`);
  }
  console.log(`${Math.round((performance.now() - start) / 1000)} s`);
  return result;
}
