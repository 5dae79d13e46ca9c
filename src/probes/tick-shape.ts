import { executionAsyncResource } from 'node:async_hooks';

/** As in lib/internal/process/task_queues.js; Node 20 has the first two. */
const KEYED = ['async_id_symbol', 'trigger_async_id_symbol', 'kAsyncContextFrame'];

/** It only has to be there; it is read below, or the bundler would leave it out. */
let kept: object | undefined;

/**
 * Keeps `process.nextTick` as fast as it is without us. V8 forgets the shapes of the objects that nextTick makes when a full
 * collection finds none of them, and when nextTick is compiled after that, it defines their properties by calls into the
 * runtime, for good: 12 to 15 % of the time of a program that makes requests. Whether the collection comes at that moment is
 * luck in any program, and in a small one the memory that our code takes makes it come then. A live object keeps its shape.
 * See docs/discoveries/v8.md.
 *
 * Only a tick has all of the symbols. That `executionAsyncResource` has been called costs those programs something that have a
 * hook of node:async_hooks for `init` alone: Node calls back through it from then on, as it does with an AsyncLocalStorage of Node 20
 * and 22 (src/api/callback.cc).
 */
export function keepTickShape(): void {
  if (kept !== undefined) return;
  kept = {};
  process.nextTick(() => (kept = shapedLike(executionAsyncResource())));
}

/** Not the tick itself: it may hold what an AsyncLocalStorage of the program holds. */
function shapedLike(tick: object): object {
  const symbols = Object.getOwnPropertySymbols(tick).filter(({ description = '' }) =>
    KEYED.includes(description),
  );
  const shaped: Record<PropertyKey, unknown> = {};
  // The ids are fractions to V8: with an integer, it would be another shape.
  for (const symbol of symbols)
    shaped[symbol] = symbol.description === 'kAsyncContextFrame' ? undefined : 1.5;
  shaped['callback'] = keepTickShape;
  shaped['args'] = undefined;
  return shaped;
}
