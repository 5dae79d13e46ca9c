import type { FreePair } from './scenario.ts';
import type { HookEvent, JsonValue, Run } from './sequence.ts';

/**
 * Compares two runs of a scenario and tells every way in which they differ; nothing means that they are equal.
 *
 * The order of two runs is the same when one can be made from the other by swapping neighbours that are free to each
 * other. That holds exactly when every two kinds of events that are not free come in the same order in both.
 */
export function differences(expected: Run, actual: Run, freedom: readonly FreePair[]): readonly string[] {
  return [
    ...outcomeDifferences(expected, actual),
    ...requestsOf(expected, actual).flatMap((request) => {
      const before = byKind(expected, request);
      const after = byKind(actual, request);
      const found = [...countDifferences(before, after), ...argumentDifferences(before, after)];
      // Order says nothing new when events are missing or doubled.
      const all = found.length > 0 ? found : orderDifferences(before, after, freedom);
      return all.map((text) => `request ${request}: ${text}`);
    }),
  ];
}

/** Events of one kind with their places in the run. */
type Kinds = ReadonlyMap<string, readonly Placed[]>;

interface Placed {
  readonly place: number;
  readonly event: HookEvent;
}

// Each header field is a kind of its own: in which order fields are written is up to the client.
function kindOf({ hook, args }: HookEvent): string {
  return hook === 'wroteHeaderField' ? `wroteHeaderField(${canonical(args['key'] ?? null)})` : hook;
}

function byKind(run: Run, request: number): Kinds {
  const kinds = new Map<string, Placed[]>();
  for (const [place, event] of run.events.entries()) {
    if (event.request !== request) continue;
    const kind = kindOf(event);
    const placed = kinds.get(kind);
    if (placed === undefined) kinds.set(kind, [{ place, event }]);
    else placed.push({ place, event });
  }
  return kinds;
}

function requestsOf(...runs: readonly Run[]): readonly number[] {
  return [...new Set(runs.flatMap((run) => run.events.map((event) => event.request)))].sort((a, b) => a - b);
}

function outcomeDifferences(expected: Run, actual: Run): readonly string[] {
  const [before, after] = [expected, actual].map((run) =>
    run.outcomes.map((outcome) => canonical({ ...outcome })),
  );
  return canonical(before ?? []) === canonical(after ?? [])
    ? []
    : [`outcomes are ${after?.join(' ')} instead of ${before?.join(' ')}`];
}

function countDifferences(before: Kinds, after: Kinds): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((kind) => {
    const expected = before.get(kind)?.length ?? 0;
    const actual = after.get(kind)?.length ?? 0;
    if (expected === actual) return [];
    return [`${kind} came ${times(actual)} instead of ${times(expected)}`];
  });
}

function argumentDifferences(before: Kinds, after: Kinds): readonly string[] {
  return [...before].flatMap(([kind, expected]) => {
    const actual = after.get(kind) ?? [];
    return expected.flatMap(({ event }, index) => {
      const other = actual[index];
      if (other === undefined || describe(other.event) === describe(event)) return [];
      return [`${kind} was ${describe(other.event)} instead of ${describe(event)}`];
    });
  });
}

function orderDifferences(before: Kinds, after: Kinds, freedom: readonly FreePair[]): readonly string[] {
  const kinds = [...before.keys()];
  return kinds.flatMap((one, index) =>
    kinds.slice(index + 1).flatMap((other) => {
      if (isFree(one, other, freedom)) return [];
      const expected = interleaving(before, one, other);
      const actual = interleaving(after, one, other);
      return actual === expected ? [] : [`the order was ${actual} instead of ${expected}`];
    }),
  );
}

function isFree(one: string, other: string, freedom: readonly FreePair[]): boolean {
  const [hook, otherHook] = [hookOf(one), hookOf(other)];
  if (hook === otherHook) return true;
  return freedom.some(([a, b]) => (a === hook && b === otherHook) || (a === otherHook && b === hook));
}

function hookOf(kind: string): string {
  return kind.replace(/\(.*/s, '');
}

function interleaving(kinds: Kinds, one: string, other: string): string {
  return [one, other]
    .flatMap((kind) => (kinds.get(kind) ?? []).map(({ place }) => ({ place, kind })))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind)
    .join(', ');
}

function describe({ trace, args }: HookEvent): string {
  return `${trace === 0 ? '' : `trace ${trace} `}${canonical(args)}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** JSON with sorted keys, so that equal values have equal texts. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
