import { type FlatFields, type RawFields, headerMap, rawField, textOf } from '../events/flat-fields.ts';
import type { HeaderMap } from '../trace/client-trace.ts';
import { ResponseHead } from './response-head.ts';

/** Response fields as undici's parsers give them: a flat list of bytes, or of strings, or (HTTP/2, undici 8) an object. */
export type RawHeaders = RawFields | Readonly<Record<string, string | readonly string[]>>;

/** Fields as the map that hooks get. */
export function headerMapOf(raw: RawHeaders): HeaderMap {
  return headerMap(flat(raw));
}

/** The first value of the field called `name`. */
export function fieldIn(raw: RawHeaders, name: string): string | undefined {
  return rawField(flat(raw), name);
}

/** Undici's parser does not tell 1.0 from 1.1. */
export function undiciHead(status: number, statusText: string, raw: RawHeaders): ResponseHead<RawHeaders> {
  return new ResponseHead(status, statusText, '1.1', raw, headerMapOf);
}

/** Names and values in turn, in order of arrival, names as sent. */
function flat(raw: RawHeaders): FlatFields {
  return fieldsOf(raw).map(textOf);
}

/** The same, as undici's parser gave them. */
export function fieldsOf(raw: RawHeaders): RawFields {
  if (isList(raw)) return raw;
  // HTTP/2's pseudo fields are no fields.
  const fields = Object.entries(raw).filter(([name]) => !name.startsWith(':'));
  return fields.flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]));
}

function isList(raw: RawHeaders): raw is RawFields {
  return Array.isArray(raw);
}
