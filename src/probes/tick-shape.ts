import { AsyncResource } from 'node:async_hooks';

/** It only has to be there. */
let kept: object | undefined;

/**
 * Keeps `process.nextTick` of Node 20 and 22 as fast as it is without us. V8 forgets the shapes of the objects that nextTick
 * makes when a full collection finds none of them, and when nextTick is compiled after that, it defines their properties by
 * calls into the runtime, for good: 12 to 15 % of the time of a program that makes requests. Whether the collection comes
 * at that moment is luck in any program, and in a small one the memory that our code takes makes it come then. A live
 * object keeps its shape; on Node 22, where a third property has a symbol that nobody can get, the first two of it.
 * See docs/discoveries/v8.md; Node 24 does not need it.
 *
 * @returns the object that is kept, for tests.
 */
export function keepTickShape(): object | undefined {
  if (kept !== undefined || Number.parseInt(process.versions.node, 10) >= 24) return kept;
  const resource = new AsyncResource('HTTPTRACE', { requireManualDestroy: true });
  // Who lists what is still open is not to find it.
  resource.emitDestroy();
  const symbols = Object.getOwnPropertySymbols(resource);
  const asyncId = symbols.find(({ description }) => description === 'async_id_symbol');
  const triggerId = symbols.find(({ description }) => description === 'trigger_async_id_symbol');
  if (asyncId === undefined || triggerId === undefined) return undefined;
  // As in Node 20's lib/internal/process/task_queues.js, whose ids are no small integers.
  kept = { [asyncId]: 1.5, [triggerId]: 1.5, callback: keepTickShape, args: undefined };
  return kept;
}
