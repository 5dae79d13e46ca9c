import type { ClientRequest } from 'node:http';
import type { FieldGroup, SentHead } from '../events/round-trip.ts';
import type { HeaderMap } from '../trace/client-trace.ts';

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
    return { name, values: Array.isArray(value) ? value : [String(value)] };
  });
}

/**
 * The first field called `name`, which is in the case that is the most usual; read here because `message.headers` makes the
 * whole map.
 */
export function rawField(raw: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const other = raw[i]!;
    if (other === name) return raw[i + 1];
    // The length first: lower case is made for the fewest.
    if (other.length === name.length && other.toLowerCase() === name.toLowerCase()) return raw[i + 1];
  }
  return undefined;
}

/** Node's flat list of raw headers as the map that hooks get. */
export function headerMap(raw: readonly string[]): HeaderMap {
  const map: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const values = map[name];
    if (values === undefined) map[name] = [raw[i + 1]!];
    else values.push(raw[i + 1]!);
  }
  return map;
}
