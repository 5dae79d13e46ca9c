import type { AsyncScope } from '../trace/async-scope.ts';
import { now } from '../events/clock.ts';
import { type ExchangeFacts, RoundTrip } from '../events/round-trip.ts';
import { reportFailure } from '../trace/call.ts';
import { type ContextNode, currentNode } from '../trace/context.ts';
import { HOOKS } from '../trace/hooks.ts';
import { isWatched, resolveTraces } from '../trace/trace-list.ts';
import { setOwnMethod } from './own-method.ts';
import type { Patches } from './patches.ts';
import { scopeOfHandler } from './undici-copy.ts';
import { makesRequest } from './undici-dispatch.ts';
import { type RawHeaders, fieldsOf, undiciHead } from './undici-headers.ts';
import { exportsIn, versionIn } from './undici-modules.ts';
import { originOf } from './undici-origin.ts';

/**
 * Requests that undici's MockAgent answers. Nothing goes to any network, so there is a round trip that says
 * `intercepted`, its response, its end, and nothing of a connection.
 */

const watched = new WeakSet<object>();

/** Watches the MockAgent of the undici whose files are in `root`. */
export function watchMocks(patches: Patches, root: string): void {
  const MockAgent = exportsIn(root, 'mock/mock-agent.js');
  if (typeof MockAgent !== 'function' || watched.has(MockAgent)) return;
  watched.add(MockAgent);
  patches.onUndo(() => watched.delete(MockAgent));
  patches.wrap(
    // A class's prototype is an object.
    MockAgent.prototype as object,
    'dispatch',
    (original) =>
      function dispatch(this: object, options: Dispatch, handler: object): unknown {
        const scope = scopeOfHandler(handler);
        const context = scope?.runInAsyncScope(currentNode) ?? currentNode();
        if (!isWatched(context) || typeof handler !== 'object' || typeof options !== 'object') {
          return original.call(this, options, handler);
        }
        const roundTrip = new InterceptedRoundTrip(options, handler, scope, versionIn(root));
        return dispatchAs(roundTrip, () => original.call(this, options, handler) as unknown, context);
      },
  );
}

/** What a dispatcher is asked for. */
interface Dispatch {
  readonly origin?: unknown;
  readonly path?: string;
  readonly method?: string;
}

function dispatchAs(
  roundTrip: InterceptedRoundTrip,
  dispatch: () => unknown,
  context: ContextNode | undefined,
): unknown {
  let result: unknown;
  try {
    // What no mock answers and the agent lets through has a round trip of its own.
    if (makesRequest(() => (result = dispatch()))) roundTrip.leave();
    else roundTrip.begin(context);
  } catch (error) {
    roundTrip.onError(error);
    roundTrip.begin(context);
    throw error;
  }
  return result;
}

/** An answer can be there before it is known that a mock gave it: what comes is kept until then. */
class InterceptedRoundTrip extends RoundTrip {
  readonly clientVersion: string;
  readonly #origin: string;
  readonly #path: string;
  readonly #start = now();
  #restore: (() => void)[] = [];
  #isMocked = false;
  #response: Response | undefined;
  #end: { readonly time: number; readonly err: Error | null } | undefined;

  constructor(
    { origin, path = '/', method = 'GET' }: Dispatch,
    handler: object,
    scope: AsyncScope | undefined,
    version: string,
  ) {
    super(scope === undefined ? 'fetch' : 'undici', method);
    this.scope = scope;
    this.clientVersion = version;
    this.intercepted = true;
    this.callKnown = true;
    this.#origin = originOf(origin).text;
    this.#path = path;
    // In the interface of handlers that undici 6 has, and in that of 7 and 8.
    this.#hear(handler, 'onHeaders', (status, raw, _resume, text) => this.#onResponse(status, raw, text));
    this.#hear(handler, 'onResponseStart', (_, status, raw, text) => this.#onResponse(status, raw, text));
    this.#hear(handler, 'onComplete', () => this.#onEnd(null));
    this.#hear(handler, 'onResponseEnd', () => this.#onEnd(null));
    this.#hear(handler, 'onError', (error) => this.onError(error));
    this.#hear(handler, 'onResponseError', (_, error) => this.onError(error));
  }

  /** A mock has the request. */
  begin(context: ContextNode | undefined): void {
    if (context?.traces !== undefined) this.runIn(context);
    if (!resolveTraces(this, context)) return this.leave();
    this.#isMocked = true;
    this.roundTripStart(this.#start);
    this.#tellResponse();
    this.#tellEnd();
  }

  /** It is not a mock's, or nobody wants to know. */
  leave(): void {
    for (const restore of this.#restore) restore();
    this.#restore = [];
  }

  onError(error: unknown): void {
    this.#onEnd(error instanceof Error ? error : new Error(String(error)));
  }

  get url(): string {
    return this.#origin + this.#path;
  }

  get sentHead(): undefined {
    return undefined;
  }

  facts(): ExchangeFacts {
    return {
      requestHttpVersion: '1.1',
      bytesWritten: undefined,
      bytesRead: undefined,
      bodyBytes: undefined,
      responseFields: fieldsOf(this.#response?.raw ?? []),
      trailers: [],
    };
  }

  #hear(handler: object, name: string, hear: (...args: readonly unknown[]) => void): void {
    const method: unknown = Reflect.get(handler, name);
    if (typeof method !== 'function') return;
    const restore = setOwnMethod(handler, name, function (this: unknown, ...args: unknown[]) {
      try {
        hear(...args);
      } catch (error) {
        reportFailure(InterceptedRoundTrip, 'probe', error);
      }
      return Reflect.apply(method, this, args) as unknown;
    });
    this.#restore.push(restore);
  }

  #onResponse(status: unknown, raw: unknown, text: unknown): void {
    if (typeof status !== 'number' || status < 200) return;
    // Lists of undici 6, objects of 7 and 8.
    this.#response ??= {
      time: now(),
      status,
      text: typeof text === 'string' ? text : '',
      raw: raw as RawHeaders,
    };
    if (this.#isMocked) this.#tellResponse();
  }

  #onEnd(err: Error | null): void {
    this.#end ??= { time: now(), err };
    if (this.#isMocked) this.#tellEnd();
  }

  #tellResponse(): void {
    const response = this.#response;
    if (response === undefined) return;
    const { time, status, text, raw } = response;
    this.gotResponse(time, this.wants(HOOKS.gotResponse) ? undiciHead(status, text, raw) : undefined);
  }

  #tellEnd(): void {
    if (this.#end === undefined) return;
    this.roundTripDone(this.#end.time, this.#end.err);
    this.leave();
    this.#response = undefined;
    this.#end = undefined;
  }
}

interface Response {
  readonly time: number;
  readonly status: number;
  readonly text: string;
  readonly raw: RawHeaders;
}
