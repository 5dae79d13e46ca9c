import { type ContextNode, currentNode } from '../trace/context.ts';
import type { Patches } from './patches.ts';
import type { Handler } from './undici-copy.ts';
import { exportsIn } from './undici-modules.ts';

/**
 * What undici's dispatchers are asked, where its requests do not tell it: in undici 6 and 7 who asked, when the request
 * had to wait in a Pool's queue (fetch; other handlers remember it themselves); in undici 7 the handler, which it wraps.
 */

/** The handler of the dispatch under way, before undici 7 wraps it. */
let dispatched: Handler | undefined;
/** Requests made so far: tells whether a dispatch made one. */
let made = 0;
/** In whose context a request was dispatched that waits in a queue, by the options of the dispatch. */
const queued = new WeakMap<object, ContextNode>();
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

/** The handler as its dispatcher got it, if that was seen. */
export function unwrapped(handler: Handler): Handler {
  if (dispatched === undefined) return handler;
  return handler.constructor.name === 'UnwrapHandler' ? dispatched : handler;
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
      function dispatch(this: object, options: object, handler: Handler): unknown {
        const earlier = anyQueued ? queued.get(options) : undefined;
        if (earlier === undefined) return dispatchNow(original, this, options, handler);
        queued.delete(options);
        return earlier.run(() => dispatchNow(original, this, options, handler));
      },
  );
}

function dispatchNow(original: Function, dispatcher: object, options: object, handler: Handler): unknown {
  const outer = dispatched;
  const before = made;
  // The interface of handlers that undici 7 wraps for those inside, which have that of undici 6.
  if (typeof handler?.onRequestStart === 'function') dispatched = handler;
  try {
    return original.call(dispatcher, options, handler);
  } finally {
    dispatched = outer;
    if (made === before) rememberQueued(options, handler);
  }
}

function rememberQueued(options: object, handler: Handler): void {
  const context = currentNode();
  if (context?.traces === undefined || handler?.runInAsyncScope !== undefined) return;
  if (typeof options !== 'object' || options === null) return;
  anyQueued = true;
  queued.set(options, context);
}
