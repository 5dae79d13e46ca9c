import { differences } from './compare.ts';
import type { ClientName, Departure, Edit } from './departures.ts';
import type { FreePair, Scenario, Scheme } from './scenario.ts';
import type { HookEvent, Run } from './sequence.ts';

/** Equal to Go; different exactly as lines of docs/fidelity.md say; or different. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'listed'; readonly ids: readonly string[] }
  | { readonly kind: 'differs'; readonly reasons: readonly string[] };

/** What is compared. */
export interface Case {
  readonly scenario: Scenario;
  readonly scheme: Scheme;
  readonly client: ClientName;
}

export interface Runs {
  readonly go: Run;
  readonly client: Run;
  /** How the client did not follow the server's script. */
  readonly problems?: readonly string[];
}

/** Go's run of another scenario with the same scheme. */
export type Others = (scenario: string) => Run | undefined;

const nodeMajor = Number.parseInt(process.versions.node, 10);

/** Judges a client's run of a scenario against Go's. */
export function judge(
  { scenario, scheme, client }: Case,
  { go, client: actual, problems = [] }: Runs,
  departures: readonly Departure[],
  others: Others = () => undefined,
): Verdict {
  const freedom = freedomOf(scenario, scheme);
  const listed = departures.filter(
    ({ clients, scenarios, schemes, nodes }) =>
      clients.includes(client) &&
      (nodes === undefined || nodes.includes(nodeMajor)) &&
      scenarios.includes(scenario.name) &&
      (schemes === undefined || schemes.includes(scheme)),
  );
  if (listed.length === 0) {
    const reasons = [...problems, ...differences(go, actual, freedom)];
    return reasons.length === 0 ? { kind: 'equal' } : { kind: 'differs', reasons };
  }
  const ids = [...new Set(listed.map(({ id }) => id))];
  const apply = (run: Run, edit: Edit): Run => applyEdit(run, edit, others);
  const edits = listed.flatMap((departure) => departure.edits);
  const idle = listed.filter((departure) => hasNoEffect(go, departure, freedom, apply)).map(({ id }) => id);
  const freed = [...freedom, ...edits.flatMap((edit) => (edit.edit === 'free' ? [edit.pair] : []))];
  const reasons = [
    ...idle.map((id) => `departure ${id} changes nothing in Go's run: take it off the list`),
    ...unlike(
      problems,
      listed.flatMap((departure) => departure.problems ?? []),
    ),
    ...differences(edits.reduce(apply, go), actual, freed),
  ];
  return reasons.length === 0 ? { kind: 'listed', ids } : { kind: 'differs', reasons };
}

/** Problems that were not expected, and those that were and did not come. */
function unlike(problems: readonly string[], expected: readonly string[]): readonly string[] {
  return [
    ...problems.filter((problem) => !expected.includes(problem)),
    ...expected
      .filter((problem) => !problems.includes(problem))
      .map((problem) => `it is listed, and was not so: ${problem}`),
  ];
}

/** What the scenario leaves free, and over HTTP/2 what Go never orders: its writer against its reader. */
export function freedomOf({ freedom = [] }: Scenario, scheme: Scheme): readonly FreePair[] {
  return scheme === 'h2' ? [...freedom, ...writerAgainstReader] : freedom;
}

const writerAgainstReader: readonly FreePair[] = (
  ['wroteHeaders', 'wait100Continue', 'wroteRequest'] as const
).flatMap((written) =>
  (['gotFirstResponseByte', 'got1xxResponse', 'got100Continue'] as const).map(
    (read) => [written, read] as const,
  ),
);

function hasNoEffect(
  go: Run,
  departure: Departure,
  freedom: readonly FreePair[],
  apply: (run: Run, edit: Edit) => Run,
): boolean {
  if (departure.edits.some(({ edit }) => edit === 'free')) return false;
  return differences(go, departure.edits.reduce(apply, go), freedom).length === 0;
}

function applyEdit(run: Run, edit: Edit, others: Others): Run {
  const concerns = ({ request }: { readonly request: number }): boolean =>
    edit.request === undefined || edit.request === request;
  switch (edit.edit) {
    case 'free':
      return run;
    case 'as': {
      const other = others(edit.scenario);
      return other === undefined ? run : takeOver(run, other, edit.request);
    }
    case 'remove':
      return { ...run, events: run.events.filter((event) => !concerns(event) || event.hook !== edit.hook) };
    case 'until':
      return { ...run, events: eventsUntil(run.events, edit, concerns) };
    case 'argument': {
      const { hook, name, value } = edit;
      const changed = (event: HookEvent): HookEvent =>
        concerns(event) && event.hook === hook ? { ...event, args: { ...event.args, [name]: value } } : event;
      return { ...run, events: run.events.map(changed) };
    }
    case 'outcome':
      return {
        ...run,
        outcomes: run.outcomes.map((outcome) =>
          concerns(outcome) ? { ...outcome, ...edit.fields } : outcome,
        ),
      };
    case 'insert': {
      const { hook, args = {}, before } = edit;
      const request = edit.request ?? 0;
      const found = run.events.findIndex((event) => concerns(event) && event.hook === before);
      const place = found < 0 ? run.events.length : found;
      return { ...run, events: run.events.toSpliced(place, 0, { request, trace: 0, hook, args }) };
    }
  }
}

/** All of another run, or its first request in place of one of this. */
function takeOver(run: Run, other: Run, request: number | undefined): Run {
  if (request === undefined) return other;
  const taken = other.events.filter((event) => event.request === 0).map((event) => ({ ...event, request }));
  const place = run.events.findIndex((event) => event.request === request);
  const rest = run.events.filter((event) => event.request !== request);
  const outcome = other.outcomes.find((one) => one.request === 0);
  return {
    events: place < 0 ? [...rest, ...taken] : rest.toSpliced(place, 0, ...taken),
    outcomes: run.outcomes.map((one) =>
      one.request === request && outcome !== undefined ? { ...outcome, request } : one,
    ),
  };
}

/** What comes before the n-th call of a hook; of other requests all. */
function eventsUntil(
  events: readonly HookEvent[],
  { hook, call }: Extract<Edit, { edit: 'until' }>,
  concerns: (event: HookEvent) => boolean,
): readonly HookEvent[] {
  let calls = 0;
  return events.filter((event) => {
    if (!concerns(event)) return true;
    if (event.hook === hook) calls += 1;
    return calls < call;
  });
}
