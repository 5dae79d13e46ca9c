import { shared } from '../trace/shared.ts';

/**
 * Monotonic time in milliseconds since the process began, with at least microsecond resolution; the scale of
 * `performance.now()`. `performance.timeOrigin + now()` is wall-clock time.
 */
export function now(): number {
  return (clock ??= performance).now();
}

/**
 * Milliseconds that the event loop of this thread has waited for I/O since it began; 0 before it does. What it was not idle
 * between two moments it was busy. Inside of {@link withLoopIdle}, what that was given.
 */
export function loopIdle(): number {
  return Number.isNaN(idleThen) ? (loop ??= performance.nodeTiming).idleTime : idleThen;
}

/** Milliseconds after which {@link loopIdleAt} asks again: the loop cannot have waited for longer than that since. */
const FRESH = 0.02;

/** When the loop's idle time was read last, and what it was: in an array of doubles, where variables make an object each time. */
const lastRead = Float64Array.of(Number.NEGATIVE_INFINITY, 0);

/**
 * {@link loopIdle} at an event's time, to 20 microseconds. Node's C++ is asked for it, under a lock; the events of one turn of the
 * loop, of all its round trips, share what it said.
 */
export function loopIdleAt(time: number): number {
  if (!Number.isNaN(idleThen)) return idleThen;
  const since = time - lastRead[0]!;
  if (since >= 0 && since < FRESH) return lastRead[1]!;
  lastRead[0] = time;
  return (lastRead[1] = loopIdle());
}

/** Calls `fn` for an event that happened when the event loop had been idle for `idle`, and that is told only now. */
export function withLoopIdle(idle: number, fn: () => void): void {
  const outer = idleThen;
  idleThen = idle;
  fn();
  idleThen = outer;
}

let idleThen = Number.NaN;
let loop: typeof performance.nodeTiming | undefined;

/** `globalThis.performance` is a getter. Read late, because reading it loads what importing httptrace does not. */
let clock: typeof performance | undefined;

/** Makes `time` the time of the event at hand. Returns what to give to {@link leaveEvent}: hooks can nest. */
export function enterEvent(time: number): number {
  // Shared, because the copy of the library that calls a hook need not be the one that its author imported.
  const state = shared();
  const outer = state.eventTime;
  state.eventTime = time;
  return outer;
}

/** Ends the event at hand. */
export function leaveEvent(outer: number): void {
  shared().eventTime = outer;
}

/**
 * Inside a hook: when its event happened, in milliseconds on the scale of `performance.now()`. Read once an event and the
 * same for all its hooks, however long those before took; and true also for events that are told late. Outside of a
 * hook: the time now.
 */
export function eventTime(): number {
  const time = shared().eventTime;
  return Number.isNaN(time) ? now() : time;
}
