import type { HeaderMap } from '../trace/client-trace.ts';

/** Names and values of fields in turn, in the order of the wire. */
export type FlatFields = readonly string[];

/** The same as a client gives them: undici's parser gives bytes. */
export type RawFields = readonly (string | Uint8Array)[];

/** Bytes of a head are Latin-1 (RFC 9110, 5.5). */
export function textOf(field: string | Uint8Array): string {
  return typeof field === 'string'
    ? field
    : Buffer.from(field.buffer, field.byteOffset, field.byteLength).toString('latin1');
}

/** Of bytes, what does not change when they do. */
export function copyOf(field: string | Uint8Array): string | Uint8Array {
  return typeof field === 'string' ? field : new Uint8Array(field);
}

/** Both are the same text or the same bytes. */
export function isSameField(field: string | Uint8Array, other: string | Uint8Array | undefined): boolean {
  return typeof field === 'string' || typeof other !== 'object'
    ? field === other
    : areSameBytes(field, other);
}

/** Making a text of bytes to compare it takes three times as long. */
function areSameBytes(bytes: Uint8Array, others: Uint8Array): boolean {
  const { length } = bytes;
  if (length !== others.length) return false;
  if (length > SHORT) return Buffer.compare(bytes, others) === 0;
  for (let i = 0; i < length; i++) if (bytes[i] !== others[i]) return false;
  return true;
}

/** From this many bytes on calling into C++ (40 ns on Node 20) takes less than reading them here (2.4 ns each). */
const SHORT = 16;

/**
 * The first field called `name`, which is in the case that is the most usual; read here because `message.headers` makes the
 * whole map.
 */
export function rawField(raw: FlatFields, name: string): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const other = raw[i]!;
    if (other === name) return raw[i + 1];
    // The length first: lower case is made for the fewest.
    if (other.length === name.length && other.toLowerCase() === name.toLowerCase()) return raw[i + 1];
  }
  return undefined;
}

/** The map that hooks get. */
export function headerMap(raw: FlatFields): HeaderMap {
  const map: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const values = map[name];
    if (values === undefined) map[name] = [raw[i + 1]!];
    else values.push(raw[i + 1]!);
  }
  return map;
}
