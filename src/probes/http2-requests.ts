import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { isLoaded } from './loaded-builtins.ts';
import { takeStream } from './next-stream.ts';
import type { Patches } from './patches.ts';

/** Called with each stream that `session.request()` has made. */
export type OnRequest = (stream: ClientHttp2Stream, session: ClientHttp2Session) => void;

/**
 * Wraps `session.request` where Node does not tell of streams by a channel (Node 20), once the program has loaded
 * node:http2. We never load it (5 to 14 ms). It is there before any session is; and a session needs a connection, so the
 * opening of each is when to look.
 */
export function wrapRequests(patches: Patches, onRequest: OnRequest): void {
  let decided = false;
  function look(): void {
    if (decided || !isLoaded('http2')) return;
    decided = true;
    const prototype = sessionPrototype();
    if (prototype === undefined || publishes(prototype)) return;
    patches.wrap(
      prototype,
      'request',
      (original) =>
        function request(this: ClientHttp2Session): unknown {
          let stream: unknown;
          try {
            stream = Reflect.apply(original, this, arguments);
          } catch (error) {
            // No stream: what was announced of it must not be the next one's.
            takeStream();
            throw error;
          }
          // What node:http2's own method returns.
          onRequest(stream as ClientHttp2Stream, this);
          return stream;
        },
    );
  }
  look();
  if (decided) return;
  const net = process.getBuiltinModule('node:net');
  patches.wrap(
    net.Socket.prototype,
    'connect',
    (original) =>
      function connect(this: unknown): unknown {
        if (!decided) look();
        return Reflect.apply(original, this, arguments);
      },
  );
}

/**
 * `ClientHttp2Session.prototype`, which nothing but a session leads to. This one stands on a socket that only looks as if
 * it were connecting: no handle, no timer, no I/O, and nobody else sees it.
 */
function sessionPrototype(): object | undefined {
  // No EventEmitter: V8 caches four classes of them at one place of Node 20's code, and this was a fifth (docs/discoveries/v8.md).
  const socket = { _handle: { isStreamBase: true }, connecting: true, on() {}, once() {} };
  try {
    const session = process.getBuiltinModule('node:http2').connect('http://localhost', {
      // As much of a socket as the session looks at before it is connected.
      createConnection: () => socket as never,
    });
    return Object.getPrototypeOf(session) as object;
  } catch {
    return undefined;
  }
}

/** The method tells of its streams by itself. */
function publishes(prototype: object): boolean {
  return /StreamCreatedChannel/.test(String(Reflect.get(prototype, 'request')));
}
