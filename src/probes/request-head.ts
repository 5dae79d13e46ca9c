import type { ClientRequest } from 'node:http';
import type { FieldGroup, SentHead } from '../events/round-trip.ts';

/**
 * The head that node:http made, as it goes on the wire. `_header` is private, and equal to the wire in all cases tried
 * on Node 20 to 26; `getRawHeaderNames()` lacks Host, Connection and all that is implicit, and is empty for headers
 * that were given as an array. Undefined before the head is made.
 */
export function headOf(request: ClientRequest): string | undefined {
  const { _header: head } = request as ClientRequest & { readonly _header?: unknown };
  return typeof head === 'string' ? head : undefined;
}

/** A head of which only the fields are known. */
export class FieldsHead implements SentHead {
  readonly #fields: readonly FieldGroup[];

  constructor(fields: readonly FieldGroup[]) {
    this.#fields = fields;
  }

  fields(): readonly FieldGroup[] {
    return this.#fields;
  }
}

/** What is known where `_header` is not: the fields that were set by name. */
export function setFields(request: ClientRequest): FieldGroup[] {
  return request.getRawHeaderNames().map((name) => {
    const value = request.getHeader(name);
    // The program's own list stays the program's.
    return { name, values: Object.freeze(Array.isArray(value) ? value.map(String) : [String(value)]) };
  });
}
