import type { Socket } from 'node:net';
import type { Connection } from '../events/connection.ts';
import { reportFailure } from '../trace/call.ts';
import { setOwnMethod } from './own-method.ts';
import { SocketState } from './socket-state.ts';

/** Who wants to know what is written to a socket. */
export interface Writer {
  /** `chunk` is about to be written. Returns what is to be called when the kernel has it; undefined when nothing is. */
  beforeWrite(socket: Socket, chunk: unknown): (() => void) | undefined;
  /** It was given to the socket. */
  afterWrite(socket: Socket): void;
}

type Find = (connection: Connection) => Writer | undefined;

/**
 * Lets the writer of a socket's connection, if there is one at the time, see each write. One own `write` for as long as the socket
 * lives: putting it on and taking it off for each request makes V8 give the socket slow properties.
 */
export function watchWrites(socket: Socket, writerOf: Find): void {
  const state = SocketState.on(socket);
  if (state.seesWrites) return;
  state.seesWrites = true;
  wrapWrite(socket, state, writerOf);
}

/** Apart: a function that may make a closure puts what that would use on the heap in each call. */
function wrapWrite(socket: Socket, state: SocketState, writerOf: Find): void {
  const before = socket.write;
  function write(this: Socket, chunk: unknown, encoding: unknown, callback: unknown): unknown {
    const { connection } = state;
    const writer = connection === undefined ? undefined : writerOf(connection);
    if (writer === undefined) return Reflect.apply(before, this, arguments);
    const onWritten = ask(writer, this, chunk);
    const result: unknown =
      onWritten === undefined || typeof encoding === 'function' || typeof callback === 'function'
        ? Reflect.apply(before, this, arguments)
        : (before as Function).call(this, chunk, encoding, onWritten);
    tell(writer, this);
    return result;
  }
  setOwnMethod(socket, 'write', write);
}

/**
 * Makes the place for the own `write` before `socket` connects: one that is made later is a shape more, and where V8 caches the shapes
 * that undici's sockets have it has no room left (docs/discoveries/v8.md). It is the inherited method, because `connect()`
 * takes away any other (Node 20 to 26).
 */
export function makeRoomForWrite(socket: Socket): void {
  setOwnMethod(socket, 'write', socket.write);
}

// A bug of ours must not become the program's.

function ask(writer: Writer, socket: Socket, chunk: unknown): (() => void) | undefined {
  try {
    return writer.beforeWrite(socket, chunk);
  } catch (error) {
    reportFailure(SocketState, 'probe', error);
    return undefined;
  }
}

function tell(writer: Writer, socket: Socket): void {
  try {
    writer.afterWrite(socket);
  } catch (error) {
    reportFailure(SocketState, 'probe', error);
  }
}
