// @ts-check
import { certificateFor } from './certificate.mjs';
import { contest } from './contest.mjs';
import { goClient } from './go-client.mjs';
import { memory } from './memory.mjs';
import { PLANS, SIZES, lengthOf, sizeOf } from './plans.mjs';
import { stalePages } from './publish.mjs';
import { measureRatios, recordRatios } from './regression.mjs';
import { environment, lastRuns, major, peerVersions, saveRun, withClient } from './results.mjs';
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
    result.memory.push(await memoryOf(client, dist));
  }
  if (plan.hasGo) {
    const go = await goClient({ concurrency: CONCURRENCY, pairs: 60, requests: 3200 });
    console.log(go === undefined ? "Go is not here, so its client's httptrace is not measured" : goLine(go));
    if (go !== undefined) result.go = go;
  }
  for (const client of Object.keys(plan.contests)) {
    result.contests.push(await contestOf(plan, client, { dist, inside }));
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
    keep(result);
  }
  console.log(`${Math.round((performance.now() - start) / 1000)} s`);
  return result;
}

/**
 * Measures some clients anew, as the last recorded run of this version of Node did, and puts them in the place of what that has of
 * them.
 *
 * @param {readonly string[]} clients
 * @param {string} dist
 * @returns {Promise<import('./contest.mjs').ContestResult[]>}
 */
export async function recordAnew(clients, dist) {
  let run = lastRuns().find((one) => major(one) === major(process.versions));
  if (run === undefined) {
    throw new Error(
      `no run of Node ${major(process.versions)} is recorded; record one: --plan short --record`,
    );
  }
  const plan = PLANS[run.plan];
  if (plan === undefined) throw new Error(`the recorded run is of the plan ${run.plan}, which is no more`);
  const unknown = clients.filter((client) => !(client in plan.contests));
  if (unknown.length > 0) {
    const known = Object.keys(plan.contests).join(', ');
    throw new Error(`the plan ${run.plan} has no ${unknown.join(', ')}; it has ${known}`);
  }
  const anew = [];
  for (const client of clients) {
    const { date } = environment();
    const inside = run.contests.find((one) => one.client === client)?.inside ?? false;
    const dated = { ...(await contestOf(plan, client, { dist, inside })), date };
    anew.push(dated);
    run = withClient(run, dated, plan.memory.includes(client) ? await memoryOf(client, dist) : undefined);
    keep(run);
  }
  return anew;
}

/**
 * The contest of one client, as `plan` has it.
 *
 * @param {import('./plans.mjs').Plan} plan
 * @param {string} client
 * @param {{ dist: string, inside: boolean }} options
 */
function contestOf(plan, client, { dist, inside }) {
  return told({
    ...sizeOf(client),
    client,
    rows: plan.contests[client] ?? [],
    dist,
    inside,
    concurrency: CONCURRENCY,
    ...lengthOf(plan, client),
  });
}

/** @param {import('./contest.mjs').ContestOptions} options */
async function told(options) {
  const result = await contest(options);
  console.log(`${contestTable(result)}\n`);
  return result;
}

/** @param {string} client @param {string} dist */
async function memoryOf(client, dist) {
  const certificate = await certificateFor(client);
  const measured = await memory(client, dist, certificate);
  console.log(memoryLine(measured));
  return measured;
}

/** @param {import('./results.mjs').RunResult} run */
function keep(run) {
  console.log(`\nbench/results/${saveRun(run)}`);
  for (const { name: page } of stalePages()) console.log(`${page} is to be written: node bench/publish.mjs`);
}
