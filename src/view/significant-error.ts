import type { ErrorRecord } from '../record/types.ts';

/** These say no more than that something else has ended the request: `cause` tells what. */
const WRAPPERS = new Set(['ABORT_ERR', 'ERR_HTTP2_STREAM_CANCEL', 'UND_ERR_ABORTED']);

/** The outermost error that says something: an AggregateError, `fetch failed` or an abort says little. */
export function significantError(error: ErrorRecord): ErrorRecord {
  let found = error;
  for (let inner = error.cause, depth = 0; inner !== undefined && depth < 8; inner = inner.cause, depth++) {
    if (found.code !== undefined && !WRAPPERS.has(found.code)) break;
    if (inner.code !== undefined) found = inner;
  }
  return found;
}
