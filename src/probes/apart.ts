/**
 * Calls `work(a, b, c, d)` so that V8 does not inline it. What is inlined into a function of the client's counts against the
 * size that V8 allows for all that is inlined there (920 bytes of bytecode), and then it calls functions of the client's
 * own that it inlined before: more than half of what tracing cost was time that the client took more for its own work.
 * Not inlined, because V8 inlines where a call has had one target only, and each request makes this one have two or more.
 */
export function apart<A, B, C, D, R>(work: (a: A, b: B, c: C, d: D) => R, a: A, b: B, c: C, d: D): R {
  return work(a, b, c, d);
}
