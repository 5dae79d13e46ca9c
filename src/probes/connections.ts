import type { Duplex } from 'node:stream';
import type { Connection } from '../events/connection.ts';
import { Given } from './given.ts';
import { Marking } from './marking.ts';

/** Keeps the connection of a socket on the socket. */
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

/** Keeps it where marks do not pay. */
const few = new WeakMap<object, Connection>();
/** Some socket may have one. V8 finds out slowly that an object has no mark. */
let hasMarks = false;

/** The connection of a socket, whichever probe made it. */
export const Connections = {
  of(socket: object): Connection | undefined {
    const marked = hasMarks ? Mark.of(socket) : undefined;
    return marked ?? ofFew(socket);
  },

  set(socket: Duplex, connection: Connection): void {
    if (Marking.pays() || (hasMarks && Mark.of(socket) !== undefined)) mark(socket, connection);
    else few.set(socket, connection);
  },
};

function ofFew(socket: object): Connection | undefined {
  const connection = few.get(socket);
  // A connection outlives the time in which few were watched.
  if (connection !== undefined && Marking.pays()) {
    few.delete(socket);
    mark(socket, connection);
  }
  return connection;
}

function mark(socket: object, connection: Connection): void {
  hasMarks = true;
  Mark.set(socket, connection);
}
