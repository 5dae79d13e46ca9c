import { isNativeError, isPromise } from 'node:util/types';
import type { ClientTrace } from './client-trace.ts';
import type { Hook, HookName } from './hooks.ts';
import { HttptraceError } from './errors.ts';

/** A hook's function, whatever its arguments. */
type AnyHook = (this: ClientTrace, a?: unknown, b?: unknown, c?: unknown) => unknown;

/**
 * Calls `hook` of each trace, first to last, with as many arguments as it takes. A hook that throws or rejects is reported and
 * the next one is called.
 *
 * @returns the first Error that a `got1xxResponse` of the first `deciding` traces returned.
 */
export function callHooks(
  traces: readonly ClientTrace[],
  deciding: number,
  { name, argc, of }: Hook,
  a: unknown,
  b: unknown,
  c: unknown,
): Error | undefined {
  let decision: Error | undefined;
  for (let i = 0; i < traces.length; i++) {
    const trace = traces[i]!;
    try {
      // The typed hook's parameters are dropped here; HOOKS and the RoundTrip methods give each its own.
      const hook = of(trace) as AnyHook | undefined;
      if (typeof hook !== 'function') continue;
      // The exact number of arguments, so that a hook with rest parameters sees no extra undefined.
      const result =
        argc === 0
          ? hook.call(trace)
          : argc === 1
            ? hook.call(trace, a)
            : argc === 2
              ? hook.call(trace, a, b)
              : hook.call(trace, a, b, c);
      if (result !== undefined && result !== null) {
        if (isError(result)) {
          if (name === 'got1xxResponse' && decision === undefined && i < deciding) decision = result;
        } else watchPromise(trace, name, result);
      }
    } catch (error) {
      reportFailure(trace, name, error);
    }
  }
  return decision;
}

/** Some trace has this hook. */
export function hasHook(traces: readonly ClientTrace[], { of }: Hook): boolean {
  for (let i = 0; i < traces.length; i++) {
    try {
      if (of(traces[i]!) !== undefined) return true;
    } catch {
      // A getter that throws is told of when the hook is called.
      return true;
    }
  }
  return false;
}

/** `isNativeError` knows errors of other realms (Jest), `instanceof` a DOMException (`AbortSignal#reason`). */
function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}

/** An async hook that rejects would kill the process if nobody handled its promise. */
function watchPromise(trace: object, name: Reported, result: unknown): void {
  if (!isPromise(result)) return;
  result.then(undefined, (error: unknown) => reportFailure(trace, name, error));
}

/** Calls a callback of the user's that belongs to `owner`; that it throws or rejects is reported and breaks nothing. */
export function callReported(owner: object, name: Reported, callback: () => unknown): void {
  try {
    watchPromise(owner, name, callback());
  } catch (error) {
    reportFailure(owner, name, error);
  }
}

/** What can fail and is reported. */
type Reported = HookName | 'TraceFactory' | 'onRecord' | 'onConnection' | 'probe';

const reported = new WeakMap<object, Set<string>>();

/** Tells of a hook or factory that failed, once for each of them, by a process warning. */
export function reportFailure(trace: object, name: Reported, error: unknown): void {
  let names = reported.get(trace);
  if (names === undefined) reported.set(trace, (names = new Set()));
  if (names.has(name)) return;
  names.add(name);
  const warning = new HttptraceError(
    'ERR_HTTPTRACE_HOOK',
    `httptrace: ${name} failed and was ignored; the request goes on. It failed with: ${text(error)}`,
    { cause: error },
  );
  warning.name = 'HttptraceWarning';
  process.emitWarning(warning);
}

function text(error: unknown): string {
  try {
    return isNativeError(error) ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'something that cannot be printed';
  }
}
