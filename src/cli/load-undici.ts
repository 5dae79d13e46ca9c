import { createRequire } from 'node:module';
import type { Agent, buildConnector, Dispatcher } from 'undici';

/** What the command needs of undici. */
export interface UndiciParts {
  readonly Agent: typeof Agent;
  readonly buildConnector: typeof buildConnector;
  /** `dispatcher.request()`, as a function. */
  readonly request: (
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ) => Promise<Dispatcher.ResponseData>;
}

/**
 * Parts of the undici of this package, whose version is fixed. The whole of it takes four times as long to load, and puts
 * itself in the place of Node's own undici under the global fetch.
 */
export function loadUndici(): UndiciParts {
  const require = createRequire(import.meta.url);
  return {
    Agent: require('undici/lib/dispatcher/agent.js') as typeof Agent,
    buildConnector: require('undici/lib/core/connect.js') as typeof buildConnector,
    request: require('undici/lib/api/api-request.js') as UndiciParts['request'],
  };
}
