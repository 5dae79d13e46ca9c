import { type FlatFields, type RawFields, copyOf, isSameField, rawField, textOf } from './flat-fields.ts';

/**
 * Texts of the response that a connection carried last. Most of the next one's are the same, and a record that is kept keeps
 * the strings that are there: a dozen that the garbage collector need not move, whose hashes are known.
 */
export class LastResponse {
  #statusText = '';
  #httpVersion = '';
  #fields: FlatFields = [];
  /** The same as its client gave them. */
  #raw: RawFields = [];
  #contentLength: number | undefined = undefined;

  /** The same text, of the last response where it is equal. */
  statusText(text: string): string {
    return text === this.#statusText ? this.#statusText : (this.#statusText = text);
  }

  /** The same version, of the last response where it is equal. */
  httpVersion(version: string): string {
    return version === this.#httpVersion ? this.#httpVersion : (this.#httpVersion = version);
  }

  /** The same as `fields`, of the strings of the last ones where these are equal; the last ones themselves when all are. */
  fields(fields: RawFields): FlatFields {
    const last = this.#fields;
    const raw = this.#raw;
    // What it gave before, when a record is closed.
    if (fields === last || areSame(fields, raw)) return last;
    const isLast = fields.map((field, i) => isSameField(field, raw[i]));
    const shared = fields.map((field, i) => (isLast[i] === true ? last[i]! : textOf(field)));
    // Bytes are a piece of what the socket read, which must not be kept.
    this.#raw = fields.map((field, i) => (isLast[i] === true ? raw[i]! : copyOf(field)));
    const length = rawField(shared, 'Content-Length');
    this.#contentLength = length === undefined ? undefined : Number(length);
    return (this.#fields = shared);
  }

  /** What its fields say of the length of its body, in bytes. */
  get contentLength(): number | undefined {
    return this.#contentLength;
  }
}

function areSame(fields: RawFields, others: RawFields): boolean {
  if (fields.length !== others.length) return false;
  for (let i = 0; i < fields.length; i++) if (!isSameField(fields[i]!, others[i])) return false;
  return true;
}
