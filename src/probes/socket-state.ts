import type { Connection } from '../events/connection.ts';
import type { Watch } from './dial.ts';
import { Given, holderOf } from './given.ts';

/** What the probes know of one socket. One object that is put on it at once: each mark more would be a shape more. */
export class SocketState {
  /** Of its dial. */
  watch: Watch | undefined = undefined;
  connection: Connection | undefined = undefined;
  /** What is written to it is seen. */
  seesWrites = false;

  /** What is known of `socket`; undefined when nothing is, and in every case before anything is known of any. */
  static of(socket: object): SocketState | undefined {
    return isAny ? Mark.of(holderOf(socket)) : undefined;
  }

  /** The same, made when there is none. */
  static on(socket: object): SocketState {
    const known = SocketState.of(socket);
    if (known !== undefined) return known;
    isAny = true;
    const state = new SocketState();
    new Mark(holderOf(socket), state);
    return state;
  }
}

/** Some socket has one. V8 finds out slowly that an object has no mark. */
let isAny = false;

/** Keeps it on the socket. */
class Mark extends Given {
  readonly #state: SocketState;

  constructor(holder: object, state: SocketState) {
    super(holder);
    this.#state = state;
  }

  static of(holder: object): SocketState | undefined {
    return #state in holder ? holder.#state : undefined;
  }
}
