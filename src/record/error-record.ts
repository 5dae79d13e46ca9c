import type { Mutable } from './mutable.ts';
import type { Redaction } from './redact.ts';
import type { ErrorRecord, PhaseName } from './types.ts';

/** Causes of causes are told up to this depth. */
const MAX_DEPTH = 5;
/** So much of a message is told: some parsers put what they could not parse into it. */
const MAX_MESSAGE = 1000;
/** So many errors of an AggregateError are in its message. */
const MAX_ERRORS = 20;

/** An error as data; `phase` is where the round trip was. Whatever was thrown: also what is no Error, or hostile. */
export function errorRecord(error: unknown, redaction: Redaction, phase?: PhaseName): ErrorRecord {
  const record = describe(error, redaction, []);
  return phase === undefined ? record : { ...record, phase };
}

/** An error in a word, for events: its code, or else its name. */
export function errorDetail(error: Error | null): { readonly error: string } | undefined {
  return error === null ? undefined : { error: text(error, 'code') ?? text(error, 'name') ?? 'Error' };
}

/** `effects`: the errors that this one is the cause of, because a cause can be circular. */
function describe(error: unknown, redaction: Redaction, effects: readonly unknown[]): ErrorRecord {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) {
    return { name: 'Error', message: redaction.text(clipped(String(error))) };
  }
  const all = errorsOf(error);
  const record: Mutable<ErrorRecord> = {
    name: text(error, 'name') ?? 'Error',
    message: redaction.text(clipped(text(error, 'message') ?? messageOfAll(all))),
  };
  const code = text(error, 'code') ?? text(all[0], 'code');
  if (code !== undefined) record.code = code;
  const syscall = text(error, 'syscall');
  if (syscall !== undefined) record.syscall = syscall;
  // Of an AggregateError, which Node gives when every address failed, the first error.
  const cause = read(error, 'cause') ?? all[0] ?? undefined;
  const known = [...effects, error];
  if (cause !== undefined && known.length <= MAX_DEPTH && !known.includes(cause)) {
    record.cause = describe(cause, redaction, known);
  }
  return record;
}

function read(error: unknown, key: string): unknown {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return undefined;
  try {
    return Reflect.get(error, key);
  } catch {
    // A getter or a proxy of somebody else's.
    return undefined;
  }
}

/** A property that says something. A number does not: `DOMException` has one as its code, of another time. */
function text(error: unknown, key: string): string | undefined {
  const value = read(error, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function errorsOf(error: object): readonly unknown[] {
  const errors = read(error, 'errors');
  return Array.isArray(errors) ? errors : [];
}

/** Node's AggregateError of a failed dial has an empty message. */
function messageOfAll(errors: readonly unknown[]): string {
  return errors
    .slice(0, MAX_ERRORS)
    .map((one) => text(one, 'message') ?? (typeof one === 'string' ? one : undefined))
    .filter((message) => message !== undefined)
    .join('; ');
}

function clipped(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}
