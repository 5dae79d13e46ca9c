import type { ErrorRecord, PhaseName } from './types.ts';

/** Causes of causes are told up to this depth: a cause can be circular. */
const MAX_DEPTH = 5;

/** An error as data; `phase` is where the round trip was. */
export function errorRecord(error: unknown, phase?: PhaseName, depth = 0): ErrorRecord {
  if (typeof error !== 'object' || error === null) {
    return withoutUndefined({ name: 'Error', message: String(error), phase });
  }
  const cause = causeOf(error);
  return withoutUndefined({
    name: text(error, 'name') ?? 'Error',
    message: text(error, 'message') || messageOfAll(error),
    code: text(error, 'code') ?? codeOfAll(error),
    syscall: text(error, 'syscall'),
    phase,
    cause: cause === undefined || depth >= MAX_DEPTH ? undefined : errorRecord(cause, undefined, depth + 1),
  });
}

function text(error: object, key: string): string | undefined {
  const value: unknown = Reflect.get(error, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What led to `error`; of an AggregateError, which Node gives when every address failed, the first error. */
function causeOf(error: object): unknown {
  if ('cause' in error && error.cause != null) return error.cause;
  return errorsOf(error)[0];
}

function errorsOf(error: object): readonly unknown[] {
  return 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
}

/** Node's AggregateError of a failed dial has an empty message. */
function messageOfAll(error: object): string {
  return errorsOf(error)
    .map((one) => (typeof one === 'object' && one !== null ? text(one, 'message') : String(one)))
    .filter((message) => message !== undefined)
    .join('; ');
}

function codeOfAll(error: object): string | undefined {
  const first = errorsOf(error)[0];
  return typeof first === 'object' && first !== null ? text(first, 'code') : undefined;
}

/** Absent fields are absent, not undefined: records are JSON. */
export function withoutUndefined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  for (const key of Object.keys(value)) {
    // Keys are those of value by definition.
    if (value[key as keyof T] === undefined) delete value[key as keyof T];
  }
  // What is left has no undefined, so optional fields of T are absent or set.
  return value as T;
}
