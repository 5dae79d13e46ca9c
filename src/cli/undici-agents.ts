import type { Agent, buildConnector } from 'undici';
import { destinationOf, type Destination } from './destination.ts';
import type { SenderOptions } from './send.ts';

/** What an agent of any undici can do. */
interface Closable {
  close(): Promise<void>;
  destroy(reason: Error): Promise<void>;
}

/** Makes an agent that connects to one destination; `signal` ends connections that are being made. */
export type MakeAgent<A> = (destination: Destination, signal: AbortSignal) => A;

/** The agents of undici and of fetch: one an origin, because they cannot look up a name by its port. */
export class UndiciAgents<A extends Closable> {
  readonly #options: SenderOptions;
  readonly #make: MakeAgent<A>;
  readonly #agents = new Map<string, A>();
  /** Ends connections that are still being made; an agent waits for them before it ends. */
  #dials = new AbortController();

  constructor(options: SenderOptions, make: MakeAgent<A>) {
    this.#options = options;
    this.#make = make;
  }

  /** Calls `send` with the agent for a URL; without keep-alive that agent has no other request. */
  async use<R>(url: URL, send: (agent: A, destination: Destination) => Promise<R>): Promise<R> {
    const destination = destinationOf(url, this.#options);
    const agent = this.#agents.get(url.origin) ?? this.#make(destination, this.#dials.signal);
    this.#agents.set(url.origin, agent);
    try {
      return await send(agent, destination);
    } finally {
      if (!this.#options.keepAlive) {
        this.#agents.delete(url.origin);
        void agent.close();
      }
    }
  }

  /** Ends all requests, also those that have no connection yet. */
  cancel(reason: Error): void {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of agents) void agent.destroy(reason);
    this.#dials.abort(reason);
    this.#dials = new AbortController();
  }

  close(): void {
    this.cancel(new Error('The command has ended.'));
  }
}

/** Options of an agent. The only limits of time are those that the user has set. */
export function agentOptions({ keepAlive }: SenderOptions): Agent.Options {
  return { headersTimeout: 0, bodyTimeout: 0, ...(keepAlive ? {} : { pipelining: 0 }) };
}

/** Options of the function with which an agent connects. */
export function connectorOptions(
  { dial, tls }: Destination,
  { unixSocket, connectTimeout }: SenderOptions,
  signal: AbortSignal,
): buildConnector.BuildOptions {
  const options = {
    timeout: connectTimeout === undefined ? 0 : connectTimeout * 1000,
    ...(unixSocket === undefined ? {} : { socketPath: unixSocket }),
    ...dial,
    ...tls,
    signal,
  };
  return options;
}
