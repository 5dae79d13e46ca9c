import type { Agent } from 'undici';

/** Class of the Agent that Node's own undici has; its options are those of the package's. */
export type AgentClass = new (options: Agent.Options) => NonNullable<RequestInit['dispatcher']>;

/** Where copies of undici look for the dispatcher of the global fetch. */
const GLOBAL_DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) =>
  Symbol.for(name),
);

/**
 * The Agent of Node's own undici, whose options are the only way to tell the global fetch how to connect. Undefined where
 * something else serves fetch: a dispatcher that the program, or a preload, has set.
 */
export function agentOfFetch(): AgentClass | undefined {
  // Node loads its undici when one of its classes is touched.
  void globalThis.Response;
  for (const key of GLOBAL_DISPATCHERS) {
    const dispatcher: unknown = Reflect.get(globalThis, key);
    if (typeof dispatcher !== 'object' || dispatcher === null) continue;
    const { constructor } = dispatcher;
    if (constructor.name === 'Agent') return constructor as AgentClass;
  }
  return undefined;
}
