import { readFile } from 'node:fs/promises';
import type { Certificates } from '../test/helpers/certs.ts';
import { type Client, clients, reasonNotTo } from './clients.ts';
import { departures } from './departures.ts';
import { openDifferences } from './open-differences.ts';
import { playScenario } from './play.ts';
import { readRecording } from './recording.ts';
import type { Reference } from './reference.ts';
import type { Scenario, Scheme } from './scenario.ts';
import type { Run } from './sequence.ts';
import { type Runs, type Verdict, judge } from './verdict.ts';

/** A client compared with Go in one scenario. */
export interface Comparison {
  readonly scenario: Scenario;
  readonly client: Client;
  readonly scheme: Scheme;
  readonly verdict:
    | Verdict
    | { readonly kind: 'open'; readonly what: string }
    | { readonly kind: 'leftOut'; readonly reason: string }
    | { readonly kind: 'cannot'; readonly reason: string };
  /** Both runs, for printing; absent when it was not run. */
  readonly runs?: Runs;
}

/** Compares every client that can run the scenario with Go, which is run once for each scheme. */
export async function compareScenario(
  scenario: Scenario,
  reference: Reference,
  certificates: Certificates,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const scheme of scenario.schemes) {
    const chosen = clients.filter(({ schemes }) => schemes.includes(scheme));
    let referred: ReturnType<Reference> | undefined;
    for (const client of chosen) {
      const reason = reasonNotTo(client, scenario);
      if (reason !== undefined) {
        comparisons.push({ scenario, client, scheme, verdict: { kind: 'cannot', reason } });
        continue;
      }
      referred ??= reference(scenario, scheme);
      comparisons.push(await compareClient(scenario, scheme, client, await referred, certificates));
    }
  }
  return comparisons;
}

async function compareClient(
  scenario: Scenario,
  scheme: Scheme,
  client: Client,
  referred: Awaited<ReturnType<Reference>>,
  certificates: Certificates,
): Promise<Comparison> {
  if (referred.run === undefined) {
    const verdict =
      referred.leftOut === undefined
        ? ({ kind: 'differs', reasons: referred.problems } as const)
        : ({ kind: 'leftOut', reason: referred.leftOut } as const);
    return { scenario, client, scheme, verdict };
  }
  const played = await playScenario(scenario, scheme, client.play, certificates);
  const runs = { go: referred.run, client: played.run };
  const verdict = judge({ scenario, scheme, client: client.name }, runs, departures, await othersFor(scheme));
  const reasons = [
    ...referred.problems,
    ...played.problems,
    ...(verdict.kind === 'differs' ? verdict.reasons : []),
  ];
  const found: Verdict = reasons.length > 0 ? { kind: 'differs', reasons } : verdict;
  return { scenario, client, scheme, verdict: withOpen(scenario, client, found), runs };
}

/** An open difference does not fail a run; nor does it when it is gone, which the run tells. */
function withOpen({ name }: Scenario, client: Client, verdict: Verdict): Comparison['verdict'] {
  const open = openDifferences.find(
    ({ clients: names, scenarios }) => names.includes(client.name) && scenarios.includes(name),
  );
  return open === undefined || verdict.kind !== 'differs' ? verdict : { kind: 'open', what: open.what };
}

/** Open differences of which these comparisons, in which each scenario was run, show nothing. */
export function closedDifferences(comparisons: readonly Comparison[]): readonly string[] {
  return openDifferences.flatMap(({ scenarios, clients: names, nodes, what }) => {
    if (nodes !== undefined) return [];
    const concerned = comparisons.filter(
      ({ scenario, client }) => scenarios.includes(scenario.name) && names.includes(client.name),
    );
    const isOpen = concerned.some(({ verdict }) => verdict.kind === 'open' || verdict.kind === 'leftOut');
    return isOpen || concerned.length === 0 ? [] : [what];
  });
}

/** Recorded runs that departures refer to. */
async function othersFor(scheme: Scheme): Promise<(name: string) => Run | undefined> {
  const names = departures.flatMap(({ edits }) =>
    edits.flatMap((edit) => (edit.edit === 'as' ? [edit.scenario] : [])),
  );
  const runs = new Map<string, Run | undefined>();
  for (const name of new Set(names)) runs.set(name, (await readRecording(name))?.runs[scheme]);
  return (name) => runs.get(name);
}

/** Departures without a line in docs/fidelity.md, which would be differences without a reason. */
export async function unexplainedDepartures(): Promise<readonly string[]> {
  const text = await readFile('docs/fidelity.md', 'utf8');
  const ids = new Set(departures.filter(({ unwritten }) => unwritten !== true).map(({ id }) => id));
  return [...ids].filter((id) => !text.includes(`\n| \`${id}\``));
}
