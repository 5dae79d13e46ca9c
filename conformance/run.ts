import { makeCertificates } from '../test/helpers/certs.ts';
import { buildGo } from './go.ts';
import { liveReference, recordedReference, type Reference } from './reference.ts';
import { scenarios } from './scenarios/index.ts';
import { type Comparison, clients, compareScenario, unexplainedDepartures } from './suite.ts';
import { drawTable } from './table.ts';

/**
 * Compares every client with Go in every scenario, or in those named on the command line, whose runs are then printed
 * too; `--recorded` does without Go. Ends with 1 when a difference is not one of docs/fidelity.md.
 */

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

const comparisons: Comparison[] = [];
for (const scenario of chosen) {
  const found = await compareScenario(scenario, reference, certificates);
  if (names.length > 0) found.forEach(printRuns);
  comparisons.push(...found);
}
console.log(drawTable(comparisons, clients));

const complaints = (await unexplainedDepartures()).map(
  (id) => `departure ${id} has no line in docs/fidelity.md`,
);
for (const { scenario, client, verdict } of comparisons) {
  if (verdict.kind !== 'differs') continue;
  complaints.push(...verdict.reasons.map((reason) => `${scenario.name}, ${client.name}: ${reason}`));
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

function printRuns({ scenario, client, runs }: Comparison): void {
  if (runs === undefined) return;
  console.log(`${scenario.name}: ${scenario.title}`);
  for (const [who, run] of [['Go', runs.go] as const, [client.name, runs.client] as const]) {
    console.log(`  ${who}`);
    for (const { request, trace, hook, args } of run.events) {
      console.log(`    ${request} ${trace} ${hook} ${JSON.stringify(args)}`);
    }
    for (const outcome of run.outcomes) console.log(`    -> ${JSON.stringify(outcome)}`);
  }
  console.log();
}
