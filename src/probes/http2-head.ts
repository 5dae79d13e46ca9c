import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { FieldGroup, SentHead } from '../events/round-trip.ts';
import type { HeaderMap, ResponseInfo } from '../trace/client-trace.ts';
import { headerMap } from '../events/flat-fields.ts';
import { ResponseHead } from './response-head.ts';

/** Header fields as node:http2 was given them: `stream.sentHeaders`. */
export type SentHeaders = Readonly<OutgoingHttpHeaders>;

const COLON = 58;

/** The head of a stream's request, without node:http2's object of it, which is a hash table. */
export class Http2SentHead implements SentHead {
  readonly #names: readonly string[];
  readonly #values: readonly (OutgoingHttpHeader | undefined)[];
  #fields: readonly FieldGroup[] | undefined = undefined;

  constructor(headers: SentHeaders) {
    this.#names = Object.keys(headers);
    this.#values = this.#names.map((name) => copied(headers[name]));
  }

  /** `headers` has the same fields, each with one value. */
  isOf(headers: SentHeaders): boolean {
    const own = this.#names;
    // Keys once: the object has no prototype, and for-in is slow on such.
    const names = Object.keys(headers);
    if (names.length !== own.length) return false;
    for (let i = 0; i < own.length; i++) {
      if (names[i] !== own[i] || headers[own[i]!] !== this.#values[i]) return false;
    }
    return true;
  }

  /** As they go on the wire: pseudo header fields first, names in lower case. */
  fields(): readonly FieldGroup[] {
    if (this.#fields !== undefined) return this.#fields;
    const fields: FieldGroup[] = [];
    this.#addFields(fields, true);
    this.#addFields(fields, false);
    return (this.#fields = fields);
  }

  #addFields(fields: FieldGroup[], arePseudo: boolean): void {
    const names = this.#names;
    for (let i = 0; i < names.length; i++) {
      if (isPseudo(names[i]!) === arePseudo) addField(fields, names[i]!, this.#values[i]);
    }
  }
}

/** A list that is the program's own may change, and is never the same as the next. */
function copied(value: OutgoingHttpHeader | undefined): OutgoingHttpHeader | undefined {
  return Array.isArray(value) ? value.slice() : value;
}

/** The head that a session sent last. The next one mostly has the same fields, and records share it. */
export class LastSentHead {
  #head: Http2SentHead | undefined = undefined;

  /** The head whose fields are `headers`. */
  read(headers: SentHeaders): SentHead {
    const last = this.#head;
    if (last !== undefined && last.isOf(headers)) return last;
    return (this.#head = new Http2SentHead(headers));
  }
}

function isPseudo(name: string): boolean {
  return name.charCodeAt(0) === COLON;
}

function addField(fields: FieldGroup[], name: string, value: OutgoingHttpHeader | undefined): void {
  // node:http2 leaves these out too.
  if (value === undefined || name === '') return;
  const values = Array.isArray(value) ? value.map(String) : [String(value)];
  if (values.length > 0) fields.push({ name: name.toLowerCase(), values: Object.freeze(values) });
}

/** The first value of the field called `name`, which is in lower case; undefined when it has none. */
export function sentField(headers: SentHeaders, name: string): string | undefined {
  const exact = headers[name];
  if (exact !== undefined) return textOf(exact);
  for (const other in headers) {
    // The length first: lower case is made for the fewest.
    if (other.length === name.length && other.toLowerCase() === name) return textOf(headers[other]);
  }
  return undefined;
}

/** node:http2 has put in what its caller left out. */
export function methodOf(sent: SentHeaders): string {
  return textOf(sent[':method']) ?? 'GET';
}

/** A field's first value as it is sent; undefined when it was not given. */
export function textOf(value: OutgoingHttpHeader | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return String(Array.isArray(value) ? value[0] : value);
}

/** Node's flat list of a response's or trailer's fields without the pseudo header fields, which come first (RFC 9113, 8.3). */
export function withoutPseudo(raw: readonly string[]): readonly string[] {
  let start = 0;
  while (raw[start]?.charCodeAt(0) === COLON) start += 2;
  return start === 0 ? raw : raw.slice(start);
}

/** HTTP/2 has no reason phrase. */
export function http2Head(status: number, raw: readonly string[]): ResponseInfo {
  return new ResponseHead(status, '', '2', raw, headerMapOf);
}

/** The fields of a head, which begins with pseudo header fields, as the map that hooks get. */
export function headerMapOf(raw: readonly string[]): HeaderMap {
  return headerMap(withoutPseudo(raw));
}

/** Error codes (RFC 9113, 7) by number. */
const CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** Name of an error code of HTTP/2. */
export function codeName(code: number | undefined): string {
  return code === undefined ? 'no code' : (CODES[code] ?? `code ${code}`);
}
