import { AsyncResource } from 'node:async_hooks';

/** What an AsyncResource does: calls `fn` in the async context in which it was made. */
export interface AsyncScope {
  runInAsyncScope<A extends unknown[], R>(fn: (...args: A) => R, self?: unknown, ...args: A): R;
}

/** That of who runs now. */
export function currentScope(): AsyncScope {
  return new AsyncResource('HTTPTRACE');
}
