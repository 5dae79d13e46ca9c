import type { Duplex } from 'node:stream';
import type { Connection } from '../events/connection.ts';
import { Given } from './given.ts';

/** Keeps the connection of a socket on the socket, whichever probe made it. */
export class Connections extends Given {
  #connection: Connection;

  private constructor(socket: Duplex, connection: Connection) {
    super(socket);
    this.#connection = connection;
  }

  static of(socket: object): Connection | undefined {
    return #connection in socket ? socket.#connection : undefined;
  }

  static set(socket: Duplex, connection: Connection): void {
    if (#connection in socket) socket.#connection = connection;
    else new Connections(socket, connection);
  }
}
