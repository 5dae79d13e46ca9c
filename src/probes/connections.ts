import type { Duplex } from 'node:stream';
import type { Connection } from '../events/connection.ts';
import { Marking } from './marking.ts';
import { SocketState } from './socket-state.ts';

/** Keeps it where marks do not pay. */
const few = new WeakMap<object, Connection>();

/** The connection of a socket, whichever probe made it. */
export const Connections = {
  of(socket: object): Connection | undefined {
    return SocketState.of(socket)?.connection ?? ofFew(socket);
  },

  set(socket: Duplex, connection: Connection): void {
    const state = Marking.pays() ? SocketState.on(socket) : SocketState.of(socket);
    if (state === undefined) few.set(socket, connection);
    else state.connection = connection;
  },
};

function ofFew(socket: object): Connection | undefined {
  const connection = few.get(socket);
  // A connection outlives the time in which few were watched.
  if (connection !== undefined && Marking.pays()) {
    few.delete(socket);
    SocketState.on(socket).connection = connection;
  }
  return connection;
}
