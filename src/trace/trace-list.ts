import type { ClientTrace, RoundTripInfo, TraceFactory } from './client-trace.ts';
import { callHooks, reportFailure } from './call.ts';
import { type ContextNode } from './context.ts';
import { HOOKS, HOOK_NAMES } from './hooks.ts';
import { shared } from './shared.ts';

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
 * One trace that calls each of `traces` in turn and changes none of them. A hook that no trace has now stays absent.
 *
 * @param deciding - how many of them, from the first on, may abort by `got1xxResponse`.
 */
export function compose(traces: readonly ClientTrace[], deciding: number): ClientTrace | undefined {
  if (traces.length === 0) return undefined;
  if (traces.length === 1 && deciding === 1) return traces[0];
  const composed: Record<string, (...args: unknown[]) => unknown> = {};
  for (const name of HOOK_NAMES) {
    if (!traces.some((trace) => trace[name] !== undefined)) continue;
    composed[name] = (a, b, c) => callHooks(traces, deciding, name, HOOKS[name], a, b, c);
  }
  // Each function hands its arguments to the hooks of its own name, so it has their type.
  return composed as ClientTrace;
}

/** What {@link resolveTraces} fills in: the traces of one round trip. */
export interface Resolved extends RoundTripInfo {
  /** In the order in which they are called; empty until resolved. */
  traces: readonly ClientTrace[];
  /** How many of them come from the context; what follows are observers, whose results do not count. */
  deciding: number;
}

/** Whether a round trip that begins in `context` is watched by anybody: the check before anything is allocated. */
export function isWatched(context: ContextNode | undefined): boolean {
  if (context === undefined) return shared().observers.length > 0;
  return !context.untraced && (context.traces !== undefined || shared().observers.length > 0);
}

/** Asks factories and observers, and puts the traces of this round trip into `target`. False when there are none. */
export function resolveTraces(target: Resolved, context: ContextNode | undefined): boolean {
  const { observers } = shared();
  const list = context?.traces;
  if (observers.length === 0 && list?.plain !== undefined) {
    target.traces = list.plain;
    target.deciding = list.plain.length;
    return true;
  }
  const traces: ClientTrace[] = [];
  for (let rest = list; rest !== undefined; rest = rest.older) {
    if (typeof rest.trace !== 'function') traces.push(rest.trace);
    else pushMade(traces, rest.trace, target);
  }
  target.deciding = traces.length;
  for (const observer of observers) pushMade(traces, observer, target);
  target.traces = traces;
  return traces.length > 0;
}

function pushMade(traces: ClientTrace[], factory: TraceFactory, info: RoundTripInfo): void {
  try {
    const trace = factory(info);
    if (trace !== undefined && trace !== null) traces.push(trace);
  } catch (error) {
    reportFailure(factory, 'TraceFactory', error);
  }
}
