import { type AsyncScope, currentScope } from '../trace/async-scope.ts';
import { currentNode } from '../trace/context.ts';
import type { Patches } from './patches.ts';
import { type Continuation, continuing, pendingContinuation } from './undici-calls.ts';
import { scopeOfHandler } from './undici-copy.ts';
import { exportsIn } from './undici-modules.ts';

/**
 * What undici's dispatchers are asked, where its requests do not tell it: who asked, when a request had to wait in the
 * queue of a Pool. (Handlers of undici's own API remember that themselves; those of fetch, redirects and retries do not.)
 */

/** Requests made so far: tells whether a dispatch made one. */
let made = 0;

/** A dispatch whose request waits in a queue. */
interface Queued {
  /** Of who asked; undefined when no traces are there. */
  readonly scope: AsyncScope | undefined;
  readonly continuation: Continuation | undefined;
}

/** By the options of the dispatch. */
const queued = new WeakMap<object, Queued>();
let anyQueued = false;

/** A request was made. */
export function countRequest(): void {
  made++;
}

/** Calls `dispatch`, and tells whether it made a request: at once, and not when it is queued or answered by a mock. */
export function makesRequest(dispatch: () => unknown): boolean {
  const before = made;
  dispatch();
  return made !== before;
}

const watched = new WeakSet<object>();

/** Watches the dispatchers of the undici whose files are in `root`. */
export function watchDispatchers(patches: Patches, root: string): void {
  const base = exportsIn(root, 'dispatcher/dispatcher-base.js');
  if (typeof base !== 'function' || typeof base.prototype !== 'object' || watched.has(base)) return;
  watched.add(base);
  patches.onUndo(() => watched.delete(base));
  patches.wrap(
    // A class's prototype is an object.
    base.prototype as object,
    'dispatch',
    (original) =>
      function dispatch(this: object, options: object, handler: unknown): unknown {
        const earlier = anyQueued ? queued.get(options) : undefined;
        if (earlier === undefined) return dispatchNow(original, this, options, handler);
        queued.delete(options);
        const { scope, continuation } = earlier;
        const dispatchIt = (): unknown => dispatchNow(original, this, options, handler);
        const now = continuation === undefined ? dispatchIt : () => continuing(continuation, dispatchIt);
        return scope === undefined ? now() : scope.runInAsyncScope(now);
      },
  );
}

function dispatchNow(original: Function, dispatcher: object, options: object, handler: unknown): unknown {
  const before = made;
  const result: unknown = original.call(dispatcher, options, handler);
  if (made === before) rememberQueued(options, handler);
  return result;
}

function rememberQueued(options: object, handler: unknown): void {
  const isTraced = currentNode()?.traces !== undefined;
  const continuation = pendingContinuation();
  if (!isTraced && continuation === undefined) return;
  if (scopeOfHandler(handler) !== undefined || typeof options !== 'object' || options === null) return;
  anyQueued = true;
  queued.set(options, { scope: isTraced ? currentScope() : undefined, continuation });
}
