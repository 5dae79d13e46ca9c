import type { RoundTrip } from '../events/round-trip.ts';
import { dialingFor } from './dial.ts';
import type { Patches } from './patches.ts';

/**
 * Agents built on agent-base (https-proxy-agent, socks-proxy-agent and their kind) open sockets by a method of their own,
 * `connect(request, options)`, in a later microtask than the one in which they were asked. It names the request: what it opens
 * before it returns is for that one, also when the request gets no connection in the end. What it opens after it has
 * waited for something cannot be told from what others open, and is claimed by the request that gets the socket.
 */

/** The classes whose `connect` is wrapped by each set of patches. */
const wrapped = new WeakMap<Patches, WeakSet<object>>();

/** Sees for whom `agent` opens sockets, if it is of that kind. `roundTripOf` gives the round trip of a request. */
export function watchConnect(
  patches: Patches,
  agent: object,
  roundTripOf: (request: object) => RoundTrip | undefined,
): void {
  const prototype = withConnect(agent);
  if (prototype === undefined) return;
  let prototypes = wrapped.get(patches);
  if (prototypes === undefined) {
    wrapped.set(patches, (prototypes = new WeakSet()));
    patches.onUndo(() => wrapped.delete(patches));
  }
  if (prototypes.has(prototype)) return;
  prototypes.add(prototype);
  patches.wrap(
    prototype,
    'connect',
    (original) =>
      function connect(this: unknown, ...args: unknown[]): unknown {
        const [request] = args;
        const roundTrip = typeof request === 'object' && request !== null ? roundTripOf(request) : undefined;
        const open = (): unknown => Reflect.apply(original, this, args);
        return roundTrip === undefined ? open() : dialingFor(roundTrip, open);
      },
  );
}

/** The class, as its prototype, that has the agent's `connect`. One of the agent itself would be kept alive by its patch. */
function withConnect(agent: object): object | undefined {
  if (Object.hasOwn(agent, 'connect')) return undefined;
  let prototype: object | null = agent;
  do
    prototype = Object.getPrototypeOf(prototype) as object | null; // of any object
  while (prototype !== null && !Object.hasOwn(prototype, 'connect'));
  if (prototype === null) return undefined;
  // A getter is not called.
  const own = Object.getOwnPropertyDescriptor(prototype, 'connect');
  return typeof own?.value === 'function' ? prototype : undefined;
}
