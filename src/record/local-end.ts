interface Handle {
  getsockname?: unknown;
}

/** What a socket may have: one of node:net does, a stream of another kind has none of it. */
export interface Addressed {
  readonly _handle?: Handle | null;
  readonly localAddress?: unknown;
  readonly localPort?: unknown;
}

/** The end of a connection that is ours. */
interface LocalEnd {
  address: unknown;
  port: unknown;
}

/** Filled by Node's C++; it has its shape before that, because to add each property takes V8 as long as an event. */
const answer: LocalEnd & { family: unknown } = { address: undefined, family: undefined, port: undefined };

/**
 * Address and port of `socket` as its `localAddress` and `localPort` tell them, in an object that the next call overwrites.
 *
 * Its private handle is asked, where it has one that answers: to that, node:net's two properties add five searches for the
 * handle and an object to which three properties are added (Node 20 to 26).
 */
export function localEnd(socket: Addressed): LocalEnd {
  const handle = socket._handle;
  const getsockname = handle?.getsockname;
  if (typeof getsockname === 'function') {
    answer.address = undefined;
    answer.port = undefined;
    getsockname.call(handle, answer);
  } else {
    answer.address = socket.localAddress;
    answer.port = socket.localPort;
  }
  return answer;
}
