import type { Socket } from 'node:net';
import { Given } from './given.ts';

/** Who wants to know what is written to a socket. */
export interface Writer {
  /** Has to call `write` with the same arguments, and to return what it returns. */
  onWrite(socket: Socket, write: Function, chunk: unknown, encoding: unknown, callback: unknown): unknown;
}

type Find = (socket: object) => Writer | undefined;

/** Marks sockets whose writes are seen. */
class Seen extends Given {
  readonly #seen = true;

  static has(socket: object): boolean {
    return #seen in socket && socket.#seen;
  }
}

/**
 * Lets the writer of a socket, if there is one at the time, see each write. One own `write` for as long as the socket
 * lives: putting it on and taking it off for each request makes V8 give the socket slow properties.
 */
export function watchWrites(socket: Socket, writerOf: Find): void {
  if (Seen.has(socket)) return;
  new Seen(socket);
  const before = socket.write;
  function write(this: Socket, chunk: unknown, encoding: unknown, callback: unknown): unknown {
    const writer = writerOf(this);
    if (writer === undefined) return Reflect.apply(before, this, arguments);
    return writer.onWrite(this, before, chunk, encoding, callback);
  }
  Object.defineProperty(socket, 'write', {
    value: write,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
