import { readFile } from 'node:fs/promises';
import type { Certificates } from '../test/helpers/certs.ts';
import { type ClientName, departures } from './departures.ts';
import { playNode } from './node.ts';
import { playScenario } from './play.ts';
import type { Reference } from './reference.ts';
import type { Scenario, Scheme } from './scenario.ts';
import type { Player, Run } from './sequence.ts';
import { type Verdict, judge } from './verdict.ts';

/** A client of the table's columns. */
export interface Client {
  readonly name: ClientName;
  readonly scheme: Scheme;
  readonly play: Player;
}

export const clients: readonly Client[] = [
  { name: 'http', scheme: 'http', play: playNode },
  { name: 'https', scheme: 'https', play: playNode },
];

/** A client compared with Go in one scenario. */
export interface Comparison {
  readonly scenario: Scenario;
  readonly client: Client;
  readonly verdict: Verdict | { readonly kind: 'leftOut'; readonly reason: string };
  /** Both runs, for printing; absent when it was left out. */
  readonly runs?: { readonly go: Run; readonly client: Run };
}

/** Compares every client that can run the scenario. */
export async function compareScenario(
  scenario: Scenario,
  reference: Reference,
  certificates: Certificates,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const client of clients) {
    if (!scenario.schemes.includes(client.scheme)) continue;
    comparisons.push(await compareClient(scenario, client, reference, certificates));
  }
  return comparisons;
}

async function compareClient(
  scenario: Scenario,
  client: Client,
  reference: Reference,
  certificates: Certificates,
): Promise<Comparison> {
  const referred = await reference(scenario, client.scheme);
  if (referred.run === undefined) {
    const verdict =
      referred.leftOut === undefined
        ? ({ kind: 'differs', reasons: referred.problems } as const)
        : ({ kind: 'leftOut', reason: referred.leftOut } as const);
    return { scenario, client, verdict };
  }
  const played = await playScenario(scenario, client.scheme, client.play, certificates);
  const runs = { go: referred.run, client: played.run };
  const verdict = judge(scenario, client.name, runs.go, runs.client, departures);
  const problems = [...referred.problems, ...played.problems];
  if (problems.length === 0) return { scenario, client, verdict, runs };
  const reasons = verdict.kind === 'differs' ? [...problems, ...verdict.reasons] : problems;
  return { scenario, client, verdict: { kind: 'differs', reasons }, runs };
}

/** Departures without a line in docs/fidelity.md, which would be differences without a reason. */
export async function unexplainedDepartures(): Promise<readonly string[]> {
  const text = await readFile('docs/fidelity.md', 'utf8');
  return departures.map(({ id }) => id).filter((id) => !text.includes(`\n| \`${id}\``));
}
