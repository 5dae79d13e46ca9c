/** Frames that are looked at: node's own and ours are many. */
const DEPTH = 60;
const KEPT = 16;

/** This file's place in the library; what stands before it in a frame is the library's root. */
const HERE = /([^\s(]*[/\\])record[/\\]call-site\.[jt]s:/;

/** The application's frames of the running code, innermost first, as V8 prints them. */
export function callSite(): string[] {
  const { stackTraceLimit } = Error;
  // Not by assignment, which throws where intrinsics are frozen.
  Reflect.set(Error, 'stackTraceLimit', DEPTH);
  const stack = stackOf(new Error());
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  const frames = stack
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^at /, ''));
  // Read off the first frame, which is this function: as a file or a URL, compiled or not. Undefined in a bundle, where
  // ours cannot be told from the application's.
  const own = HERE.exec(frames[0] ?? '')?.[1];
  return frames.filter((frame) => isApplication(frame, own)).slice(0, KEPT);
}

function isApplication(frame: string, own: string | undefined): boolean {
  if (/(^|\()node:/.test(frame) || frame.endsWith('<anonymous>)') || frame === '<anonymous>') return false;
  return own === undefined || !frame.includes(own);
}

/** A program may have installed a `prepareStackTrace` that throws or gives something else. */
function stackOf(error: Error): string {
  try {
    const { stack } = error as { readonly stack?: unknown };
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}
