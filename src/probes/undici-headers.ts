import type { HeaderField } from '../events/round-trip.ts';
import type { HeaderMap, ResponseInfo } from '../trace/client-trace.ts';

/** Response fields as undici's parsers give them: a flat list of bytes, or of strings, or (HTTP/2, undici 8) an object. */
export type RawHeaders =
  | readonly (Uint8Array | string)[]
  | Readonly<Record<string, string | readonly string[]>>;

/** Fields in order of arrival, names as sent. */
export function fieldsOf(raw: RawHeaders | null | undefined): HeaderField[] {
  const fields: HeaderField[] = [];
  if (raw === null || raw === undefined) return fields;
  if (isList(raw)) {
    for (let i = 0; i + 1 < raw.length; i += 2) fields.push([text(raw[i]!), text(raw[i + 1]!)]);
    return fields;
  }
  for (const [name, values] of Object.entries(raw)) {
    // HTTP/2's pseudo fields are no fields.
    if (name.startsWith(':')) continue;
    for (const value of [values].flat()) fields.push([name, value]);
  }
  return fields;
}

/** Fields as the map that hooks get. */
export function headerMapOf(raw: RawHeaders): HeaderMap {
  const map: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of fieldsOf(raw)) (map[name.toLowerCase()] ??= []).push(value);
  return map;
}

/** The first value of the field called `name`, which is in lower case. */
export function fieldIn(raw: RawHeaders, name: string): string | undefined {
  return fieldsOf(raw).find(([other]) => other.toLowerCase() === name)?.[1];
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

/** Head of a response; its map is made when asked for. */
export class UndiciResponseInfo implements ResponseInfo {
  readonly status: number;
  readonly statusText: string;
  readonly #raw: RawHeaders;
  #header: HeaderMap | undefined;

  constructor(status: number, statusText: string, raw: RawHeaders) {
    this.status = status;
    this.statusText = statusText;
    this.#raw = raw;
  }

  /** Undici's parser does not tell 1.0 from 1.1. */
  get httpVersion(): string {
    return '1.1';
  }

  get header(): HeaderMap {
    return (this.#header ??= headerMapOf(this.#raw));
  }
}
