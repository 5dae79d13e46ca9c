/** Codes of the errors that httptrace itself makes. They are stable; messages are not. */
export type ErrorCode =
  /** An argument of a public function has the wrong type or value. */
  | 'ERR_HTTPTRACE_ARGUMENT'
  /** Code of the process warning for a hook that threw. */
  | 'ERR_HTTPTRACE_HOOK'
  /** A lookup, attempt or handshake was cut off because its socket was destroyed. */
  | 'ERR_HTTPTRACE_CANCELED'
  /** A connection was not kept for another request. */
  | 'ERR_HTTPTRACE_NOT_KEPT'
  /** The connection ended before the request was written, or before the response was complete. */
  | 'ERR_HTTPTRACE_CUT_OFF';

/** An error of httptrace; recognise it by `code`, `instanceof` does not work over copies and realms. */
export class HttptraceError extends Error {
  /** Stable; what to compare with. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttptraceError';
    this.code = code;
  }
}

/** A TypeError with code `ERR_HTTPTRACE_ARGUMENT`. */
export function argumentError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_HTTPTRACE_ARGUMENT' satisfies ErrorCode });
}

/** Says what a wrong argument was, without its content. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  return 'then' in value ? 'a promise' : 'an object of another kind';
}
