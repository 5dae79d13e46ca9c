import type { HeaderMap, ResponseInfo } from '../trace/client-trace.ts';

/** Makes the map of what a client gives as the fields of a response. */
type ToMap<Raw> = (raw: Raw) => HeaderMap;

/** Head of a response; its map is made when asked for, and the client's own message is not kept. */
export class ResponseHead<Raw> implements ResponseInfo {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly #raw: Raw;
  readonly #toMap: ToMap<Raw>;
  #header: HeaderMap | undefined = undefined;

  constructor(status: number, statusText: string, httpVersion: string, raw: Raw, toMap: ToMap<Raw>) {
    this.status = status;
    this.statusText = statusText;
    this.httpVersion = httpVersion;
    this.#raw = raw;
    this.#toMap = toMap;
  }

  get header(): HeaderMap {
    return (this.#header ??= this.#toMap(this.#raw));
  }
}
