/**
 * Gives back the object it is given, so that a class that extends it puts its private field on that object: state of ours
 * on an object of the client. Nobody else can see it (a symbol property shows in `console.log(request)`), it lives and
 * dies with the object, and reading it is a cached property load, where a WeakMap hashes and grows. But a client slows down
 * when a few of its objects have such a field and the rest have not (docs/discoveries/v8.md).
 *
 * Each kind of state has a class of its own, written out. Classes made by one function share their inline caches, and
 * then each look-up misses them: 3 microseconds a request.
 */
export class Given {
  // A constructor that returns an object replaces `this` (ECMAScript, [[Construct]]).
  constructor(object: object) {
    return object;
  }
}

/**
 * What keeps our state of a stream: an object of Node's that each stream has for as long as it lives, and that has the same shape in all
 * of them. A field on the stream itself doubles the shapes that Node's own code meets, and V8 caches four: beyond, each access
 * of Node's to a socket's handle or a stream's session is a search, as is each of ours (docs/discoveries/v8.md).
 */
export function holderOf(stream: object): object {
  // A stream that is not of Node's making may have none.
  const { _readableState: state } = stream as { readonly _readableState?: unknown };
  return typeof state === 'object' && state !== null ? state : stream;
}
