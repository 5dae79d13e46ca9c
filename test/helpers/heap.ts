import type { ClientTrace } from '../../src/index.ts';
import { HOOK_NAMES } from '../../src/trace/hooks.ts';

/** All hooks, so that all that can be kept is made. */
export const ALL_HOOKS: ClientTrace = Object.fromEntries(HOOK_NAMES.map((name) => [name, () => {}]));

/** All hooks, and weak references to the round trips for which they were called. */
export function weakly(): { readonly trace: ClientTrace; readonly roundTrips: WeakRef<object>[] } {
  const roundTrips: WeakRef<object>[] = [];
  const trace: ClientTrace = {
    ...ALL_HOOKS,
    roundTripStart: (info) => void roundTrips.push(new WeakRef(info)),
  };
  return { trace, roundTrips };
}

/**
 * Collects garbage, and lets weak references go: an object is held until the end of the turn in which its reference was made
 * or read. Needs `--expose-gc`, which the runner gives to `*.memory.test.ts`.
 */
export async function collectAll(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 5; i++) {
    await new Promise(setImmediate);
    globalThis.gc();
  }
}

/** How many of `references` still refer to something. */
export function alive(references: readonly WeakRef<object>[]): number {
  return references.filter((reference) => reference.deref() !== undefined).length;
}
