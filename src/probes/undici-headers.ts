import type { HeaderMap } from '../trace/client-trace.ts';
import { headerMap, rawField } from './request-head.ts';
import { ResponseHead } from './response-head.ts';

/** Response fields as undici's parsers give them: a flat list of bytes, or of strings, or (HTTP/2, undici 8) an object. */
export type RawHeaders =
  | readonly (Uint8Array | string)[]
  | Readonly<Record<string, string | readonly string[]>>;

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
export function flat(raw: RawHeaders): string[] {
  if (isList(raw)) return raw.map(text);
  // HTTP/2's pseudo fields are no fields.
  const fields = Object.entries(raw).filter(([name]) => !name.startsWith(':'));
  return fields.flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]));
}

function isList(raw: RawHeaders): raw is readonly (Uint8Array | string)[] {
  return Array.isArray(raw);
}

/** Bytes of a head are Latin-1 (RFC 9110, 5.5). */
function text(bytes: Uint8Array | string): string {
  return typeof bytes === 'string'
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
