import { argumentError, describe } from './errors.ts';
import { shared } from './shared.ts';
import type { TraceList } from './trace-list.ts';

declare const keyType: unique symbol;

/** Key of a context value; made by `Context.key`. Two keys are never the same, whatever their names. */
export interface ContextKey<T> {
  /** For people who debug; has no meaning. */
  readonly name: string;
  /** Never there: keeps the type of the value. */
  readonly [keyType]?: T;
}

/**
 * An immutable chain of values that the async flow carries: Go's `context.Context` reduced to its values, with `run`.
 * Deadlines and cancellation are `AbortSignal`'s in Node.
 */
export interface Context {
  /** The value for `key`, from this context or the nearest ancestor that has one; else undefined. */
  value<T>(key: ContextKey<T>): T | undefined;
  /** A context like this one, in which `key` has `value`. */
  withValue<T>(key: ContextKey<T>, value: T): Context;
  /**
   * Calls `fn`; it and all that it starts see this context as current. On Node 20 and 22 the first call in a process makes
   * every `await` slower for good (AsyncLocalStorage there works through promise hooks); no change on 24 and later.
   */
  run<R>(fn: () => R): R;
  /** A function that calls `fn` within this context, with its own `this` and arguments. */
  bind<F extends (...args: never[]) => unknown>(fn: F): F;
}

const BRAND = Symbol.for('httptrace.context.1');

/** A context as it is inside: what `Context` says, and what probes need without walking the chain. */
export class ContextNode implements Context {
  readonly [BRAND] = true;
  readonly parent: ContextNode | undefined;
  readonly key: ContextKey<unknown> | undefined;
  readonly entry: unknown;
  /** All traces of the chain; undefined when it has none. */
  readonly traces: TraceList | undefined;
  /** Nothing that runs here is watched. */
  readonly untraced: boolean;

  constructor(
    parent: ContextNode | undefined,
    key: ContextKey<unknown> | undefined,
    entry: unknown,
    traces: TraceList | undefined,
    untraced: boolean,
  ) {
    this.parent = parent;
    this.key = key;
    this.entry = entry;
    this.traces = traces;
    this.untraced = untraced;
  }

  value<T>(key: ContextKey<T>): T | undefined {
    let node: ContextNode | undefined = this;
    while (node !== undefined) {
      // withValue<T> is the only writer of an entry under a ContextKey<T>.
      if (node.key === key) return node.entry as T;
      node = node.parent;
    }
    return undefined;
  }

  withValue<T>(key: ContextKey<T>, value: T): Context {
    if (typeof key !== 'object' || key === null) {
      throw argumentError(`Context.withValue: the key is ${describe(key)}; make one with Context.key(name)`);
    }
    return new ContextNode(this, key, value, this.traces, this.untraced);
  }

  run<R>(fn: () => R): R {
    checkFunction(fn, 'Context.run');
    const { storage } = markUsed();
    return storage.run(this, fn);
  }

  bind<F extends (...args: never[]) => unknown>(fn: F): F {
    checkFunction(fn, 'Context.bind');
    const context = this;
    function bound(this: unknown, ...args: never[]): unknown {
      return context.run((): unknown => Reflect.apply(fn, this, args));
    }
    // Same parameters and result as fn by construction, which TypeScript cannot follow through Reflect.apply.
    return bound as F;
  }
}

function checkFunction(fn: unknown, caller: string): void {
  if (typeof fn === 'function') return;
  throw argumentError(`${caller}: what to call is ${describe(fn)}; give a function`);
}

function markUsed(): ReturnType<typeof shared> {
  const state = shared();
  state.used = true;
  return state;
}

/** The context of the running async flow, undefined when none was entered. */
export function currentNode(): ContextNode | undefined {
  const state = shared();
  return state.used ? state.storage.getStore() : undefined;
}

/** The node behind a public context, of any copy of this library; throws TypeError for anything else. */
export function toNode(ctx: Context, caller: string): ContextNode {
  // Only ContextNode carries the brand, also in other copies, which have the same fields by protocol.
  if (typeof ctx === 'object' && ctx !== null && BRAND in ctx) return ctx as ContextNode;
  throw argumentError(
    `${caller}: the context is ${describe(ctx)}; use Context.background or Context.current()`,
  );
}

const background: ContextNode = new ContextNode(undefined, undefined, undefined, undefined, false);
const untraced: ContextNode = new ContextNode(undefined, undefined, undefined, undefined, true);

/** Where contexts come from. */
export const Context: {
  /** The empty context, root of all others. */
  readonly background: Context;
  /** No hook and no observer sees what runs in it. For traffic that must not be watched, such as an exporter's own. */
  readonly untraced: Context;
  /** The context of the running async flow; `background` when there is none. */
  current(): Context;
  /** A new key, for `withValue` and `value`. */
  key<T>(name: string): ContextKey<T>;
} = {
  background,
  untraced,
  current: () => currentNode() ?? background,
  key: (name) => ({ name }),
};
