import type { Certificates } from '../test/helpers/certs.ts';
import { type Client, clients, reasonNotTo } from './clients.ts';
import { departures } from './departures.ts';
import { fidelityLines } from './fidelity-line.ts';
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
  const runs = { go: referred.run, client: played.run, problems: played.problems };
  const verdict = judge({ scenario, scheme, client: client.name }, runs, departures, await othersFor(scheme));
  const reasons = [...referred.problems, ...(verdict.kind === 'differs' ? verdict.reasons : [])];
  const found: Verdict = reasons.length > 0 ? { kind: 'differs', reasons } : verdict;
  return { scenario, client, scheme, verdict: found, runs };
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
  const lines = await fidelityLines();
  return [...new Set(departures.map(({ id }) => id))].filter((id) => !lines.has(id));
}
