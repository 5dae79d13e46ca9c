import { installDial } from './probes/dial.ts';
import { installHttp } from './probes/http.ts';
import { installHttp2 } from './probes/http2.ts';
import { installUndici, lookForPackages } from './probes/undici.ts';
import { Patches } from './probes/patches.ts';
import { keepTickShape } from './probes/tick-shape.ts';
import type { ClientTrace, TraceFactory } from './trace/client-trace.ts';
import { Context } from './trace/context.ts';
import { argumentError, describe } from './trace/errors.ts';
import { type Probes, areProbesOurs, ownProbes, shared } from './trace/shared.ts';
import type { Gate, GatedFactory } from './trace/trace-list.ts';
import { withClientTrace as addTrace } from './trace/with-client-trace.ts';

/**
 * Installs the probes in this thread, at the first use and not before. The first copy of the library installs, later
 * copies find them here and only add their traces.
 */
function install(): void {
  if (shared().probes !== undefined) {
    if (areProbesOurs()) lookForPackages(patches);
    return;
  }
  ownProbes(probes);
  keepTickShape();
  installDial(patches);
  installHttp(patches);
  installHttp2(patches);
  installUndici(patches);
}

const patches = new Patches();
const probes: Probes = { uninstall: () => patches.undo() };

/**
 * Takes the probes out of this thread: methods that are still ours are put back, those that somebody wrapped after us
 * pass through. Round trips that have a connection end with it; one that still waits for its connection, or goes by HTTP/2,
 * is told of no more. The next use installs again. Needed only by tests and by programs that unload code.
 */
export function uninstall(): void {
  const state = shared();
  const { probes } = state;
  state.probes = undefined;
  probes?.uninstall();
}

/**
 * A context like `ctx`, whose round trips call the hooks of `trace` first and then those that `ctx` already had. Go's
 * `httptrace.WithClientTrace`, except that `trace` is never changed.
 *
 * @param trace - hooks, or a factory that is asked at each round trip.
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) when `ctx` is no context or `trace` neither an object nor a function.
 */
export function withClientTrace(ctx: Context, trace: ClientTrace | TraceFactory): Context {
  const traced = addTrace(ctx, trace);
  install();
  return traced;
}

/**
 * Calls `fn` with `trace` in the current context: `withClientTrace(Context.current(), trace).run(fn)`.
 *
 * @returns what `fn` returns.
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) as `withClientTrace`, and when `fn` is not a function.
 */
export function runWithClientTrace<R>(trace: ClientTrace | TraceFactory, fn: () => R): R {
  return withClientTrace(Context.current(), trace).run(fn);
}

/**
 * Watches every round trip of every client in this thread, whether it has a context or not. Never touches
 * AsyncLocalStorage. Observers' hooks come after those of contexts, and cannot abort.
 *
 * @param factory - asked at each round trip for its trace; undefined leaves it out.
 * @returns ends the observation when disposed; round trips that are open keep their trace.
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) when `factory` is not a function.
 */
export function observe(factory: TraceFactory): Disposable {
  return observeThrough(undefined, factory);
}

/** As {@link observe}; where `gate` is closed and nobody else watches, `factory` is not asked. */
export function observeThrough(gate: Gate | undefined, factory: TraceFactory): Disposable {
  if (typeof factory !== 'function') {
    throw argumentError(`observe: the factory is ${describe(factory)}; give a function that returns a trace`);
  }
  const state = shared();
  // An observer of its own even when the same factory observes twice, so that each is disposed on its own.
  const observer: GatedFactory = Object.assign<TraceFactory, { gate?: Gate }>(
    (info) => factory(info),
    gate === undefined ? {} : { gate },
  );
  state.observers = [...state.observers, observer];
  install();
  return {
    [Symbol.dispose]() {
      state.observers = state.observers.filter((other) => other !== observer);
    },
  };
}
