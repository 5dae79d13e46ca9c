/** Frames that are looked at: node's own and ours are many. */
const DEPTH = 60;
const KEPT = 16;

/** Our own frames are left out. This file is in `record/`, one folder below the library's root. */
const OWN = new URL('..', import.meta.url).href;

/** The application's frames of the running code, innermost first, as V8 prints them. */
export function callSite(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  // A program may have installed a prepareStackTrace that gives something else.
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^at /, ''))
    .filter((frame) => !/\bnode:/.test(frame) && !frame.includes(OWN) && !frame.startsWith('<anonymous>'))
    .slice(0, KEPT);
}
