import type { AsyncScope } from '../trace/async-scope.ts';
import { currentNode } from '../trace/context.ts';
import { Given } from './given.ts';
import { setOwnMethod } from './own-method.ts';
import type { Patches } from './patches.ts';
import type { UndiciRequest } from './undici-copy.ts';
import { exportsIn } from './undici-modules.ts';
import type { UndiciRoundTrip } from './undici-round-trip.ts';

/**
 * Which round trips are of one call. Undici's redirect and retry handlers hear of a request by their methods, which run
 * within those of the request, and continue the call by a dispatch of their own: so each knows its latest round trip,
 * whatever other interceptors are between. Fetch shows nothing of that kind: there the next request for the URL that a
 * redirect names, in the same turn and context, is taken to be its continuation.
 */

/** The next round trip of a call. */
export interface Continuation {
  readonly previous: UndiciRoundTrip;
  readonly reason: 'redirect' | 'retry';
}

/** The round trip of whose request a method runs. */
let running: UndiciRoundTrip | undefined;
/** What the dispatch under way continues. */
let continuation: Continuation | undefined;

/** The latest round trip that a redirect or retry handler has heard of. */
class Heard extends Given {
  #latest: UndiciRoundTrip;

  private constructor(handler: object, latest: UndiciRoundTrip) {
    super(handler);
    this.#latest = latest;
  }

  static of(handler: object): UndiciRoundTrip | undefined {
    return #latest in handler ? handler.#latest : undefined;
  }

  static set(handler: object, latest: UndiciRoundTrip): void {
    if (#latest in handler) handler.#latest = latest;
    else new Heard(handler, latest);
  }
}

/** Says that a method of the request of `roundTrip` runs. Returns what to give back when it has run. */
export function enterRequest(roundTrip: UndiciRoundTrip | undefined): UndiciRoundTrip | undefined {
  const outer = running;
  running = roundTrip;
  return outer;
}

const HANDLERS: readonly (readonly [file: string, reason: Continuation['reason']])[] = [
  ['handler/redirect-handler.js', 'redirect'],
  ['handler/retry-handler.js', 'retry'],
];

/**
 * When a request has a connection, gets its response (undici 6 tells a handler above a retry handler of nothing before),
 * and when it fails, also without either; of undici 6, and of 7 and 8.
 */
const METHODS = ['onConnect', 'onRequestStart', 'onHeaders', 'onResponseStart', 'onError', 'onResponseError'];

const watched = new WeakSet<object>();

/** Watches the redirect and retry handlers of the undici whose files are in `root`. */
export function watchHandlers(patches: Patches, root: string): void {
  for (const [file, reason] of HANDLERS) {
    const handler = exportsIn(root, file);
    if (typeof handler !== 'function' || watched.has(handler)) continue;
    watched.add(handler);
    patches.onUndo(() => watched.delete(handler));
    for (const name of METHODS) {
      patches.wrap(
        // A class's prototype is an object.
        handler.prototype as object,
        name,
        (original) =>
          function (this: object): unknown {
            if (running !== undefined) hear(this, running, reason);
            return Reflect.apply(original, this, arguments);
          },
      );
    }
  }
}

function hear(handler: object, roundTrip: UndiciRoundTrip, reason: Continuation['reason']): void {
  const isNew = Heard.of(handler) === undefined;
  Heard.set(handler, roundTrip);
  const dispatch: unknown = Reflect.get(handler, 'dispatch');
  if (!isNew || typeof dispatch !== 'function') return;
  // Now, because the round trip lets go of it when it ends.
  const { scope } = roundTrip;
  setOwnMethod(handler, 'dispatch', function (this: unknown, ...args: unknown[]) {
    const previous = Heard.of(handler);
    const again = (): unknown => Reflect.apply(dispatch, this, args);
    return previous === undefined ? again() : continuing({ previous, reason }, again, scope);
  });
}

/**
 * Runs `dispatch`, whose request continues a call: in that call's context, because undici runs it in another one.
 *
 * @param scope - of who made the call, where that is known.
 */
export function continuing<R>(next: Continuation, dispatch: () => R, scope?: AsyncScope): R {
  const outer = continuation;
  continuation = next;
  const { context } = next.previous;
  try {
    if (context === undefined || currentNode() === context) return dispatch();
    return scope === undefined ? context.run(dispatch) : scope.runInAsyncScope(dispatch);
  } finally {
    continuation = outer;
  }
}

/** What the dispatch under way continues, until a request has been made for it. */
export function pendingContinuation(): Continuation | undefined {
  return continuation;
}

/** What `request`, which was just made, continues. */
export function takeContinuation(request: UndiciRequest): Continuation | undefined {
  const taken = continuation;
  // An interceptor may make a request of its own first: for a token, say.
  if (taken?.reason === 'retry' && !taken.previous.isFor(request.path)) return undefined;
  continuation = undefined;
  return taken;
}

/** Makes `roundTrip` the next of the call that `previous` belongs to. */
export function continueCall(
  roundTrip: UndiciRoundTrip,
  { previous, reason }: Continuation,
  known: boolean,
): void {
  roundTrip.callId = previous.callId;
  roundTrip.attempt = previous.attempt + 1;
  roundTrip.reason = reason;
  roundTrip.callKnown = known;
}

/** Redirects that fetch has just received, until the end of the turn. */
let redirects: { readonly from: UndiciRoundTrip; readonly url: string }[] = [];

/** Fetch will follow `from` to `url`, in this turn. */
export function expectRedirect(from: UndiciRoundTrip, url: string): void {
  // An immediate that keeps nothing alive: fetch goes on in microtasks.
  if (redirects.length === 0) setImmediate(forgetRedirects).unref();
  redirects.push({ from, url });
}

function forgetRedirects(): void {
  redirects = [];
}

/** What `next`, of fetch, continues. */
export function takeRedirect(next: UndiciRoundTrip): Continuation | undefined {
  return redirects.length === 0 ? undefined : redirectTo(next);
}

/** Apart: what a closure uses is put on the heap in each call of the function that may make it. */
function redirectTo({ url, context }: UndiciRoundTrip): Continuation | undefined {
  const index = redirects.findIndex((redirect) => redirect.url === url && redirect.from.context === context);
  const previous = index === -1 ? undefined : redirects.splice(index, 1)[0]?.from;
  return previous === undefined ? undefined : { previous, reason: 'redirect' };
}
