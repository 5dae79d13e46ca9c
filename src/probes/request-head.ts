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

/** A head of HTTP/1.1 as text. */
export class TextHead implements SentHead {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  fields(): FieldGroup[] {
    return parseFields(this.#text);
  }
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

/** The fields of a head in wire order; neighbouring lines of one name are one entry. */
export function parseFields(head: string): FieldGroup[] {
  const groups: FieldGroup[] = [];
  let last: FieldGroup | undefined;
  let start = head.indexOf('\r\n') + 2;
  while (start > 1) {
    const end = head.indexOf('\r\n', start);
    if (end <= start) break;
    const colon = head.indexOf(':', start);
    if (colon > 0 && colon < end) {
      const name = head.slice(start, colon);
      const value = head.slice(head.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, end);
      if (last !== undefined && last.name === name) last.values.push(value);
      else groups.push((last = { name, values: [value] }));
    }
    start = end + 2;
  }
  return groups;
}

/** What is known where `_header` is not: the fields that were set by name. */
export function setFields(request: ClientRequest): FieldGroup[] {
  return request.getRawHeaderNames().map((name) => {
    const value = request.getHeader(name);
    return { name, values: Array.isArray(value) ? value : [String(value)] };
  });
}

/** The head asks for a 100 (RFC 9110, 10.1.1). */
export function expectsContinue(head: string): boolean {
  // The quick look first: nearly no request has it.
  return head.includes('100-') && /\r\nexpect:[ \t]*100-continue[ \t]*\r\n/i.test(head);
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
