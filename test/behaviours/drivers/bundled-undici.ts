/**
 * Node's own copy of undici, as far as it can be reached. It must be looked for before an npm copy is loaded, because the
 * first one that is loaded makes the global dispatcher of both.
 */

import type { Agent } from 'undici';

// Loads it.
void globalThis.Headers;

interface Dispatchers {
  readonly [key: symbol]: { readonly constructor: typeof Agent } | undefined;
}

/** The class of the dispatcher that global fetch uses. */
export const BundledAgent = agentClass();

function agentClass(): typeof Agent {
  // Undici keeps its global dispatcher there; 8 under the second key, with a wrapper for older copies under the first.
  const dispatchers = globalThis as unknown as Dispatchers;
  const dispatcher =
    dispatchers[Symbol.for('undici.globalDispatcher.2')] ??
    dispatchers[Symbol.for('undici.globalDispatcher.1')];
  if (dispatcher === undefined) throw new Error('global fetch has no dispatcher');
  return dispatcher.constructor;
}
