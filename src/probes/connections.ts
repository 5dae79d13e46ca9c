import type { Duplex } from 'node:stream';
import type { Connection } from '../events/connection.ts';

const connections = new WeakMap<object, Connection>();

/** The connection of a socket, whichever probe made it. In a map, for the reason of `RoundTrips` in http-requests.ts. */
export const Connections = {
  of(socket: object): Connection | undefined {
    return connections.get(socket);
  },

  set(socket: Duplex, connection: Connection): void {
    connections.set(socket, connection);
  },
};
