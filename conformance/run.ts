import { makeCertificates } from '../test/helpers/certs.ts';
import { fidelityLines } from './fidelity-line.ts';
import { buildGo } from './go.ts';
import { liveReference, recordedReference, type Reference } from './reference.ts';
import { scenarios } from './scenarios/index.ts';
import { clients } from './clients.ts';
import { type Comparison, compareScenario, unexplainedDepartures } from './suite.ts';
import { inParallel } from './parallel.ts';
import { drawLines, drawTable } from './table.ts';

/**
 * Compares every client with Go in every scenario, or in those named on the command line, whose runs are then printed
 * too; `--recorded` does without Go. Ends with 1 when a difference is not one of docs/fidelity.md.
 */

// Hooks that throw are a part of the scenarios; that it is reported is tested elsewhere.
process.removeAllListeners('warning');

const names = process.argv.slice(2).filter((argument) => argument !== '--recorded');
const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  console.error(
    `no such scenario: ${unknown.join(', ')}\nthere are: ${scenarios.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const chosen = names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));

const certificates = await makeCertificates();
const reference = await chooseReference();

const found = await inParallel(chosen, (scenario) => compareScenario(scenario, reference, certificates));
const comparisons = found.flat();
if (names.length > 0) comparisons.forEach(printRuns);
console.log(drawTable(comparisons, clients));
const lines = drawLines(comparisons, await fidelityLines());
if (lines !== '') console.log(`\nlisted:\n${lines}`);

const complaints = (await unexplainedDepartures()).map(
  (id) => `departure ${id} has no line in docs/fidelity.md`,
);
for (const { scenario, client, scheme, verdict } of comparisons) {
  if (verdict.kind !== 'differs') continue;
  const place = `${scenario.name}, ${client.name} (${scheme})`;
  complaints.push(...verdict.reasons.map((reason) => `${place}: ${reason}`));
}
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;

async function chooseReference(): Promise<Reference> {
  if (process.argv.includes('--recorded')) {
    console.log("Comparing with the recordings of Go's sequences.\n");
    return recordedReference;
  }
  const go = await buildGo();
  if ('missing' in go) {
    console.log(`GO IS MISSING (${go.missing}): comparing with the recordings of its sequences.\n`);
    return recordedReference;
  }
  console.log(`Comparing with ${go.version}.\n`);
  return liveReference(go, certificates);
}

function printRuns({ scenario, client, scheme, verdict, runs }: Comparison): void {
  if (verdict.kind === 'cannot')
    console.log(`${scenario.name} (${scheme}): - for ${client.name}: ${verdict.reason}\n`);
  if (runs === undefined) return;
  console.log(`${scenario.name} (${scheme}): ${scenario.title}`);
  for (const [who, run] of [['Go', runs.go] as const, [client.name, runs.client] as const]) {
    console.log(`  ${who}`);
    for (const { request, trace, hook, args } of run.events) {
      console.log(`    ${request} ${trace} ${hook} ${JSON.stringify(args)}`);
    }
    for (const outcome of run.outcomes) console.log(`    -> ${JSON.stringify(outcome)}`);
  }
  console.log();
}
