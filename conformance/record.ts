import { makeCertificates } from '../test/helpers/certs.ts';
import { differences } from './compare.ts';
import { buildGo } from './go.ts';
import { inParallel } from './parallel.ts';
import { playScenario } from './play.ts';
import { localhostAddresses, writeRecording } from './recording.ts';
import type { Scenario, Scheme } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Player, Run } from './sequence.ts';
import { freedomOf } from './verdict.ts';

/**
 * Runs every scenario with Go again and again, sees that its order is as free as the scenario says, and records it.
 * Numbers on the command line are the rounds, names the scenarios.
 */

const rounds = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 20);
const names = process.argv.slice(2).filter((argument) => !/^\d+$/.test(argument));
const chosen = names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));

const go = await buildGo();
if ('missing' in go) {
  console.error(`Go is needed to record and cannot be used: ${go.missing}`);
  process.exit(1);
}
const certificates = await makeCertificates();
const localhost = await localhostAddresses();
let failed = false;

await inParallel(chosen, async (scenario) => {
  const runs: Partial<Record<Scheme, Run>> = {};
  for (const scheme of scenario.schemes) runs[scheme] = await recordOne(scenario, scheme, go.play);
  await writeRecording(scenario.name, { go: go.version, localhost, runs });
});
console.log(`${chosen.length} scenarios recorded with ${go.version}, ${rounds} rounds each`);
process.exitCode = failed ? 1 : 0;

async function recordOne(scenario: Scenario, scheme: Scheme, player: Player): Promise<Run> {
  const found = new Set<string>();
  const first = await playScenario(scenario, scheme, player, certificates);
  for (const problem of first.problems) found.add(problem);
  for (let round = 1; round < rounds; round++) {
    const next = await playScenario(scenario, scheme, player, certificates);
    for (const problem of next.problems) found.add(problem);
    for (const text of differences(first.run, next.run, freedomOf(scenario, scheme))) found.add(text);
  }
  for (const text of found) console.error(`${scenario.name} (${scheme}): ${text}`);
  if (found.size > 0) failed = true;
  return first.run;
}
