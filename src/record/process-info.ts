import { microseconds } from './phases.ts';
import type { ProcessInfo } from './types.ts';

let info: ProcessInfo | undefined;
let prefix: string | undefined;

/** This process and thread; one object for all records. */
export function processInfo(): ProcessInfo {
  return (info ??= {
    pid: process.pid,
    threadId: process.getBuiltinModule('node:worker_threads').threadId,
    node: process.version,
  });
}

/** An id that is unique over processes and threads, from one that is unique in this thread. */
export function globalId(id: number): string {
  prefix ??= `${processInfo().pid}-${processInfo().threadId}-`;
  return prefix + id;
}

/** Wall-clock time, milliseconds since the Unix epoch, of a monotonic time. */
export function wallTime(time: number): number {
  return microseconds(performance.timeOrigin + time);
}
