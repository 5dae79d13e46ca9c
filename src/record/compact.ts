import type { HeaderField, RoundTripRecord } from './types.ts';

/** What most records have of trailers, metrics and 1xx responses: one for all. */
export const NONE: readonly never[] = Object.freeze([]);

/** V8 gives an array room for 17 with the first that is pushed, and a record that is kept would keep that. */
export function exact<T>(pushed: readonly T[]): readonly T[] {
  return pushed.length === 0 ? NONE : pushed.slice();
}

/**
 * Parts of a record that are as they were in the record before: one object for all, because a record that is kept keeps each
 * object of its own too. One for each recorder.
 */
export class SameParts {
  #client = { name: '', version: '' };
  #place = { hostPort: '' };
  #result = { status: 0 };
  #requestHeader: readonly HeaderField[] = NONE;
  #responseHeader: readonly HeaderField[] = NONE;

  /** The client library that made the request. */
  client(name: string, version: string): RoundTripRecord['client'] {
    if (this.#client.name !== name || this.#client.version !== version) this.#client = { name, version };
    return this.#client;
  }

  /** Where the connection was to go. */
  place(hostPort: string): { readonly hostPort: string } {
    if (this.#place.hostPort !== hostPort) this.#place = { hostPort };
    return this.#place;
  }

  /** What came back. */
  result(status: number): { readonly status: number } {
    if (this.#result.status !== status) this.#result = { status };
    return this.#result;
  }

  /** Equal fields are one object each (`Redaction.field`). */
  requestHeader(header: readonly HeaderField[]): readonly HeaderField[] {
    if (!isSame(header, this.#requestHeader)) this.#requestHeader = exact(header);
    return this.#requestHeader;
  }

  /** Equal fields are one object each (`Redaction.field`). */
  responseHeader(header: readonly HeaderField[]): readonly HeaderField[] {
    if (!isSame(header, this.#responseHeader)) this.#responseHeader = exact(header);
    return this.#responseHeader;
  }
}

function isSame(one: readonly HeaderField[], other: readonly HeaderField[]): boolean {
  return one.length === other.length && one.every((field, i) => field === other[i]);
}
