import { isPromise } from 'node:util/types';
import type { ClientTrace, RoundTripInfo, TraceFactory } from './client-trace.ts';
import { callHooks, hasHook, reportFailure } from './call.ts';
import type { ContextNode } from './context.ts';
import { HOOKS, HOOK_NAMES, type HookName } from './hooks.ts';
import { argumentError, describe } from './errors.ts';
import { areProbesOurs, shared } from './shared.ts';

/** The traces of a context, newest first: a linked list, because a context is one trace more than its parent. */
export class TraceList {
  readonly trace: ClientTrace | TraceFactory;
  readonly older: TraceList | undefined;
  /** All traces, newest first, when none of them is a factory; then every round trip shares this array. */
  readonly plain: readonly ClientTrace[] | undefined;
  /** What `contextClientTrace` gives; made at its first call. */
  #composed: ClientTrace | undefined;

  constructor(trace: ClientTrace | TraceFactory, older: TraceList | undefined) {
    this.trace = trace;
    this.older = older;
    this.plain =
      typeof trace === 'function'
        ? undefined
        : older === undefined
          ? [trace]
          : older.plain === undefined
            ? undefined
            : [trace, ...older.plain];
  }

  /** The plain traces as one; the same object when there is only one; undefined when all are factories. */
  get composed(): ClientTrace | undefined {
    if (this.#composed === undefined) {
      const traces: ClientTrace[] = [];
      for (let list: TraceList | undefined = this; list !== undefined; list = list.older) {
        if (typeof list.trace !== 'function') traces.push(list.trace);
      }
      this.#composed = compose(traces, traces.length);
    }
    return this.#composed;
  }
}

/**
 * One trace that calls each of `traces` in turn and changes none of them. It has the hooks that at least one of them has.
 *
 * @param deciding - how many of them, from the first on, may abort by `got1xxResponse`.
 */
export function compose(traces: readonly ClientTrace[], deciding: number): ClientTrace | undefined {
  if (traces.length === 0) return undefined;
  if (traces.length === 1 && deciding === 1) return traces[0];
  // Its static block gives it all hooks, which TypeScript cannot see.
  return new ComposedTrace(traces, deciding) as ClientTrace;
}

/** Hooks are looked up when they are asked for, because a trace may get or lose one at any time. */
class ComposedTrace {
  readonly #traces: readonly ClientTrace[];
  readonly #deciding: number;

  constructor(traces: readonly ClientTrace[], deciding: number) {
    this.#traces = traces;
    this.#deciding = deciding;
  }

  static {
    for (const name of HOOK_NAMES) {
      Object.defineProperty(this.prototype, name, {
        get(this: ComposedTrace) {
          return this.#hook(name);
        },
        configurable: true,
        enumerable: true,
      });
    }
  }

  #hook(name: HookName): ((a?: unknown, b?: unknown, c?: unknown) => unknown) | undefined {
    const traces = this.#traces;
    const deciding = this.#deciding;
    if (!hasHook(traces, HOOKS[name])) return undefined;
    return (a, b, c) => callHooks(traces, deciding, HOOKS[name], a, b, c);
  }
}

/** One array for all that nobody watches, or nobody yet. */
export const NO_TRACES: readonly ClientTrace[] = [];

/** The traces of one round trip. */
export interface Resolution {
  /** In the order in which they are called; empty until resolved. */
  traces: readonly ClientTrace[];
  /** How many of them come from the context; what follows are observers, whose results do not count. */
  deciding: number;
  /** A factory has asked to remember it, without a trace. */
  readonly detailed?: boolean;
}

/** Whether a round trip that begins in `context` is watched by anybody: the check before anything is allocated. */
export function isWatched(context: ContextNode | undefined): boolean {
  if (context?.untraced === true) return false;
  return (context?.traces !== undefined || shared().observers.length > 0) && areProbesOurs();
}

/** What an observer may say before a round trip is made for it. */
export interface Gate {
  /** It would watch the next round trip. */
  isOpen(): boolean;
  /** A round trip began while it was not open, and was watched by nobody. */
  passedOver(): void;
}

/** An observer that is asked first, so that a request which it does not watch costs next to nothing. */
export interface GatedFactory extends TraceFactory {
  readonly gate?: Gate;
}

/**
 * A round trip that begins in `context`, which {@link isWatched}, would be watched by nobody: all who would are observers
 * whose gates are closed, and they have been told. Asked once a round trip.
 */
export function isPassedOver(context: ContextNode | undefined): boolean {
  if (context?.traces !== undefined) return false;
  const observers: readonly GatedFactory[] = shared().observers;
  for (const { gate } of observers) if (gate === undefined || gate.isOpen()) return false;
  for (const { gate } of observers) gate?.passedOver();
  return true;
}

/** Every round trip is shown to an observer, so what a probe keeps of one it keeps of all. */
export function isEachObserved(): boolean {
  const observers: readonly GatedFactory[] = shared().observers;
  for (const { gate } of observers) if (gate === undefined) return true;
  return false;
}

/** Asks factories and observers, and puts the traces of `roundTrip` into it. False when nobody watches it. */
export function resolveTraces(
  roundTrip: RoundTripInfo & Resolution,
  context: ContextNode | undefined,
): boolean {
  return resolveInto(roundTrip, context, roundTrip);
}

/** As {@link resolveTraces}, for a round trip that somebody else describes by `info`. */
export function resolveInto(
  target: Resolution,
  context: ContextNode | undefined,
  info: RoundTripInfo,
): boolean {
  const { observers } = shared();
  const list = context?.traces;
  if (observers.length === 0 && list?.plain !== undefined) {
    target.traces = list.plain;
    target.deciding = list.plain.length;
    return true;
  }
  let traces = NO_TRACES;
  for (let rest = list; rest !== undefined; rest = rest.older) {
    traces = plus(traces, typeof rest.trace === 'function' ? made(rest.trace, info) : rest.trace);
  }
  target.deciding = traces.length;
  for (const observer of observers) traces = plus(traces, made(observer, info));
  target.traces = traces;
  return traces.length > 0 || target.detailed === true;
}

/** No array is made for none, and for one no array that grows: V8 gives it room for 17 at the first `push`. */
function plus(traces: readonly ClientTrace[], trace: ClientTrace | undefined): readonly ClientTrace[] {
  if (trace === undefined) return traces;
  return traces.length === 0 ? [trace] : [...traces, trace];
}

function made(factory: TraceFactory, info: RoundTripInfo): ClientTrace | undefined {
  try {
    const trace: unknown = factory(info);
    if (trace === undefined || trace === null) return undefined;
    if (isTrace(trace)) return trace;
    refuse(factory, trace);
  } catch (error) {
    reportFailure(factory, 'TraceFactory', error);
  }
  return undefined;
}

/** An object with hooks, as far as that can be told: all are optional. */
export function isTrace(value: unknown): value is ClientTrace {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('then' in value);
}

function refuse(factory: TraceFactory, made: unknown): void {
  // An async factory's rejection would kill the process if nobody handled it.
  if (isPromise(made)) made.catch(() => {});
  const error = argumentError(`the factory returned ${describe(made)}; return a trace at once, or undefined`);
  reportFailure(factory, 'TraceFactory', error);
}
