import type { Duplex } from 'node:stream';
import type { Connection } from '../events/connection.ts';
import { isEachObserved } from '../trace/trace-list.ts';
import { Given } from './given.ts';

/** Keeps the connection of a socket on the socket, where each socket gets one. */
class Mark extends Given {
  #connection: Connection;

  private constructor(socket: object, connection: Connection) {
    super(socket);
    this.#connection = connection;
  }

  static of(socket: object): Connection | undefined {
    return #connection in socket ? socket.#connection : undefined;
  }

  static set(socket: object, connection: Connection): void {
    if (#connection in socket) socket.#connection = connection;
    else new Mark(socket, connection);
  }
}

/** Keeps it where few sockets have one. */
const few = new WeakMap<object, Connection>();

/** The connection of a socket, whichever probe made it. Kept in two ways for the reason of `RoundTrips` in http-requests.ts. */
export const Connections = {
  of(socket: object): Connection | undefined {
    return Mark.of(socket) ?? few.get(socket);
  },

  set(socket: Duplex, connection: Connection): void {
    if (isEachObserved() || Mark.of(socket) !== undefined) Mark.set(socket, connection);
    else few.set(socket, connection);
  },
};
