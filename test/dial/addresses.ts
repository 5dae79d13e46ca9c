import type http from 'node:http';
import type net from 'node:net';

export { CLOSED_PORT } from '../helpers/closed-port.ts';

/** One answer of a name server. */
export interface Answer {
  readonly address: string;
  readonly family: number;
}

/** `lookup` as node:net calls it. */
export type Lookup = net.LookupFunction;

/** A lookup that answers with `addresses`, before it returns or in a later turn. */
export function answering(addresses: readonly Answer[], when: 'sync' | 'async' = 'async'): Lookup {
  return (_host, options, callback) => {
    const answer = (): void => {
      // With `all` node takes a list, else the first address.
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    };
    if (when === 'sync') answer();
    else setImmediate(answer);
  };
}

/** IPv4 addresses as answers. */
export function v4(...addresses: readonly string[]): Answer[] {
  return addresses.map((address) => ({ address, family: 4 }));
}

/** Options of a request whose agent dials with them; @types/node leaves out those of `autoSelectFamily`. */
export function dialing(
  options: http.RequestOptions &
    Pick<net.TcpSocketConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'>,
): http.RequestOptions {
  return { agent: false, ...options };
}
