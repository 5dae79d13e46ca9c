import type { Agent, buildConnector } from 'undici';
import { limitConnecting } from './connect-limit.ts';
import { destinationOf, type Destination } from './destination.ts';
import type { SenderOptions } from './send.ts';

/** What an agent of any undici can do. */
interface AnyAgent {
  close(): Promise<void>;
  destroy(reason: Error): Promise<void>;
  on(event: 'connect' | 'disconnect', listener: () => void): unknown;
  off(event: 'connect', listener: () => void): unknown;
}

interface Open<A> {
  readonly agent: A;
  readonly destination: Destination;
  connections: number;
}

/** Makes an agent that connects to one destination; `signal` ends connections that are being made. */
export type MakeAgent<A> = (destination: Destination, signal: AbortSignal) => A;

/** The agents of undici and of fetch: one an origin, because they cannot look up a name by its port. */
export class UndiciAgents<A extends AnyAgent> {
  readonly #options: SenderOptions;
  readonly #make: MakeAgent<A>;
  readonly #open = new Map<string, Open<A>>();
  /** Ends connections that are still being made; an agent waits for them before it ends. */
  #dials = new AbortController();

  constructor(options: SenderOptions, make: MakeAgent<A>) {
    this.#options = options;
    this.#make = make;
  }

  /**
   * Calls `send` with the agent for a URL, and ends what it does when it takes too long to connect. Without keep-alive
   * that agent has no other request.
   */
  async use<R>(url: URL, send: (agent: A, destination: Destination) => Promise<R>): Promise<R> {
    const open = this.#openFor(url);
    const { agent, destination } = open;
    // One at a time, so a connection that is open is free.
    const limit = open.connections > 0 ? undefined : this.#options.connectTimeout;
    const stop = limitConnecting(limit, (reason) => this.cancel(reason));
    agent.on('connect', stop);
    try {
      return await send(agent, destination);
    } finally {
      stop();
      agent.off('connect', stop);
      if (!this.#options.keepAlive) {
        this.#open.delete(url.origin);
        void agent.close();
      }
    }
  }

  #openFor(url: URL): Open<A> {
    const known = this.#open.get(url.origin);
    if (known !== undefined) return known;
    const destination = destinationOf(url, this.#options);
    const agent = this.#make(destination, this.#dials.signal);
    const open = { agent, destination, connections: 0 };
    agent.on('connect', () => open.connections++);
    agent.on('disconnect', () => open.connections--);
    this.#open.set(url.origin, open);
    return open;
  }

  /** Ends all requests with a reason, also those that have no connection yet. */
  cancel(reason: Error): void {
    const agents = [...this.#open.values()].map(({ agent }) => agent);
    this.#open.clear();
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
  { unixSocket }: SenderOptions,
  signal: AbortSignal,
): buildConnector.BuildOptions {
  const options = {
    timeout: 0,
    ...(unixSocket === undefined ? {} : { socketPath: unixSocket }),
    ...dial,
    ...tls,
    signal,
  };
  return options;
}
