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
  const then = idle[THEN]!;
  return Number.isNaN(then) ? (loop ??= performance.nodeTiming).idleTime : then;
}

/** Milliseconds for which a reading of {@link loopIdleAt} holds: the loop cannot have waited for longer than that since. */
const FRESH = 0.02;

/**
 * {@link loopIdle} at an event's time, to 20 microseconds. Node's C++ is asked for it, under a lock; the events of one turn of the
 * loop, of all its round trips, share what it said.
 */
export function loopIdleAt(time: number): number {
  const then = idle[THEN]!;
  if (!Number.isNaN(then)) return then;
  if (Math.abs(time - idle[READ_AT]!) < FRESH) return idle[READ]!;
  idle[READ_AT] = time;
  return (idle[READ] = loopIdle());
}

/** Calls `fn` for an event that happened when the event loop had been idle for `idleThen`, and that is told only now. */
export function withLoopIdle(idleThen: number, fn: () => void): void {
  const outer = idle[THEN]!;
  idle[THEN] = idleThen;
  fn();
  idle[THEN] = outer;
}

// Places in `idle`, an array of doubles, where variables would make an object each time.
/** When the loop's idle time was read last. */
const READ_AT = 0;
/** What it was. */
const READ = 1;
/** What it was at the event that is being told late; NaN else. */
const THEN = 2;
const idle = Float64Array.of(Number.NEGATIVE_INFINITY, 0, Number.NaN);
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
