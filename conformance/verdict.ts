import { differences } from './compare.ts';
import type { ClientName, Departure, Edit } from './departures.ts';
import type { FreePair, Scenario } from './scenario.ts';
import type { HookEvent, Run } from './sequence.ts';

/** Equal to Go; different exactly as lines of docs/fidelity.md say; or different. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'listed'; readonly ids: readonly string[] }
  | { readonly kind: 'differs'; readonly reasons: readonly string[] };

/** Judges a client's run of a scenario against Go's. */
export function judge(
  scenario: Scenario,
  client: ClientName,
  go: Run,
  actual: Run,
  departures: readonly Departure[],
): Verdict {
  const freedom = scenario.freedom ?? [];
  const listed = departures.filter(
    (departure) => departure.clients.includes(client) && departure.scenarios.includes(scenario.name),
  );
  if (listed.length === 0) {
    const reasons = differences(go, actual, freedom);
    return reasons.length === 0 ? { kind: 'equal' } : { kind: 'differs', reasons };
  }
  const ids = listed.map(({ id }) => id);
  const edits = listed.flatMap((departure) => departure.edits);
  const idle = listed.filter((departure) => hasNoEffect(go, departure, freedom)).map(({ id }) => id);
  const freed = [...freedom, ...edits.flatMap((edit) => (edit.edit === 'free' ? [edit.pair] : []))];
  const reasons = [
    ...idle.map((id) => `departure ${id} changes nothing in Go's run: take it off the list`),
    ...differences(edits.reduce(apply, go), actual, freed),
  ];
  return reasons.length === 0 ? { kind: 'listed', ids } : { kind: 'differs', reasons };
}

function hasNoEffect(go: Run, departure: Departure, freedom: readonly FreePair[]): boolean {
  if (departure.edits.some(({ edit }) => edit === 'free')) return false;
  return differences(go, departure.edits.reduce(apply, go), freedom).length === 0;
}

function apply(run: Run, edit: Edit): Run {
  const concerns = ({ request }: { readonly request: number }): boolean =>
    edit.request === undefined || edit.request === request;
  switch (edit.edit) {
    case 'free':
      return run;
    case 'remove': {
      const stays = (event: HookEvent): boolean => !concerns(event) || event.hook !== edit.hook;
      return { ...run, events: run.events.filter(stays) };
    }
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
  }
}
