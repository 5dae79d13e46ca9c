import type { ClientTrace, RoundTripInfo, TraceFactory } from './client-trace.ts';
import { type Context, ContextNode, toNode } from './context.ts';
import { argumentError, describe } from './errors.ts';
import { NO_TRACES, type Resolution, TraceList, compose, isTrace, resolveInto } from './trace-list.ts';

/**
 * A context like `ctx`, whose round trips call the hooks of `trace` first and then those that `ctx` already had. Go's
 * `httptrace.WithClientTrace`, except that `trace` is never changed.
 *
 * @param trace - hooks, or a factory that is asked at each round trip.
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) when `ctx` is no context or `trace` neither an object nor a function.
 */
export function withClientTrace(ctx: Context, trace: ClientTrace | TraceFactory): Context {
  const node = toNode(ctx, 'withClientTrace');
  if (typeof trace !== 'function' && !isTrace(trace)) {
    throw argumentError(
      `withClientTrace: the trace is ${describe(trace)}; give an object with hooks, or a factory`,
    );
  }
  return new ContextNode(node, undefined, undefined, new TraceList(trace, node.traces), node.untraced);
}

/**
 * The trace in `ctx`: the very object that was put in when it is alone, else one that calls all of them, newest first.
 * Undefined when there is none. Factories are left out: they have no trace until a round trip asks them.
 *
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) when `ctx` is no context.
 */
export function contextClientTrace(ctx: Context): ClientTrace | undefined {
  return toNode(ctx, 'contextClientTrace').traces?.composed;
}

/**
 * For authors of other HTTP clients: the trace that a round trip made in `ctx` has to call, with factories asked and
 * observers included. Call its hooks by the contract of {@link ClientTrace}; undefined when nobody watches.
 *
 * @throws TypeError (`ERR_HTTPTRACE_ARGUMENT`) when `ctx` is no context or `info` no object.
 */
export function resolveClientTrace(ctx: Context, info: RoundTripInfo): ClientTrace | undefined {
  const node = toNode(ctx, 'resolveClientTrace');
  if (typeof info !== 'object' || info === null) {
    throw argumentError(
      `resolveClientTrace: the info is ${describe(info)}; give the RoundTripInfo that factories get`,
    );
  }
  if (node.untraced) return undefined;
  const target: Resolution = { traces: NO_TRACES, deciding: 0 };
  resolveInto(target, node, info);
  return compose(target.traces, target.deciding);
}
