import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import type { Destination, ProxyRoute } from './destination.ts';
import { ProxyError } from './errors.ts';
import { Tunnels } from './tunnel.ts';

/** Reaches https origins through an HTTP proxy: CONNECT, then TLS inside the tunnel. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: ProxyRoute;
  readonly #tunnels = new Tunnels();

  constructor(proxy: ProxyRoute, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: tls.ConnectionOptions & Destination['dial'] & { host?: string; port?: number },
    callback: (error: Error | null, stream?: Duplex) => void,
  ): undefined {
    const { host = '', port = 443, family, lookup } = options;
    const dial = {
      ...(family === undefined ? {} : { family }),
      ...(lookup === undefined ? {} : { lookup }),
    };
    this.#tunnels.open(this.#proxy, { host, port, dial }).then(
      (socket) => callback(null, tls.connect({ ...options, socket })),
      (error: unknown) => callback(error instanceof Error ? error : new ProxyError(String(error))),
    );
  }

  /** Gives up tunnels that the proxy has not opened yet; Node tells a request of its end only when it has a socket. */
  cancel(reason: Error): void {
    this.#tunnels.cancel(reason);
  }
}
