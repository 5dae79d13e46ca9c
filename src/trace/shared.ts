import { AsyncLocalStorage } from 'node:async_hooks';
import type { ContextNode } from './context.ts';
import type { TraceFactory } from './client-trace.ts';

/**
 * What all copies of httptrace in one thread share: the async context, the observers and the installed probes. Copies of
 * other versions join it as long as they speak the same protocol, which is why its shape never changes: a change needs a
 * new symbol. It hangs on a built-in function and not on globalThis, because vm realms (Jest) have a globalThis of their
 * own but share the built-in modules.
 */
export interface Shared {
  readonly version: 1;
  readonly storage: AsyncLocalStorage<ContextNode>;
  /** `storage.run` was called at least once; until then reading it would be wasted work. */
  used: boolean;
  /** Replaced as a whole when it changes, so that a round trip can hold on to the list it began with. */
  observers: readonly TraceFactory[];
  /** The installed probes, put there by the copy that installed them; undefined when none are. */
  probes: Probes | undefined;
  /** Time of the event whose hooks are being called; NaN outside of hooks. */
  eventTime: number;
  /** Next id of a round trip or connection. Shared, so ids are unique in the thread and not only in a copy. */
  nextId: number;
}

/** The probes of one copy of the library. */
export interface Probes {
  uninstall(): void;
}

const PROTOCOL = Symbol.for('httptrace.protocol.1');

let joined: Shared | undefined;

/** The object that all copies share, made by the first that asks. */
export function shared(): Shared {
  return (joined ??= join());
}

function join(): Shared {
  // The symbol is ours alone, so whatever is under it was put there by a copy of this function.
  const holder = AsyncLocalStorage as unknown as { [PROTOCOL]?: Shared };
  const existing = holder[PROTOCOL];
  if (existing !== undefined) return existing;
  const created: Shared = {
    version: 1,
    storage: new AsyncLocalStorage(),
    used: false,
    observers: [],
    probes: undefined,
    eventTime: Number.NaN,
    nextId: 1,
  };
  // Frozen intrinsics refuse the property: then this copy works alone.
  Reflect.defineProperty(AsyncLocalStorage, PROTOCOL, { value: created });
  return created;
}

/** The probes of this very copy. */
let own: Probes | undefined;

/** Makes `probes`, of this copy, the installed ones. */
export function ownProbes(probes: Probes): void {
  own = probes;
  shared().probes = probes;
}

/**
 * This copy's probes are the installed ones. When not, what is left of them (methods that somebody else wrapped, so that
 * they could not be taken out) passes through.
 */
export function areProbesOurs(): boolean {
  const { probes } = shared();
  return probes !== undefined && probes === own;
}

/** A number that no other round trip or connection of this thread has. */
export function nextId(): number {
  return shared().nextId++;
}
