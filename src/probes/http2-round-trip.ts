import { bracketed, defaultPort } from '../events/host-port.ts';
import { type ExchangeFacts, RoundTrip, type SentHead } from '../events/round-trip.ts';
import type { Http2Exchange } from './http2-exchange.ts';
import { type SentHeaders, methodOf, sentField, textOf } from './http2-head.ts';

/** One request that the program made by `session.request()` of node:http2. */
export class Http2RoundTrip extends RoundTrip {
  readonly #scheme: string;
  readonly #authority: string;
  readonly #path: string;
  #exchange: Http2Exchange | undefined = undefined;

  /** `scheme` is for a request that names none, a CONNECT. */
  constructor(sent: SentHeaders, scheme: string) {
    super('http2', methodOf(sent));
    this.#scheme = textOf(sent[':scheme']) ?? scheme;
    this.#authority = textOf(sent[':authority']) ?? sentField(sent, 'host') ?? '';
    this.#path = textOf(sent[':path']) ?? '';
  }

  get clientVersion(): string {
    return process.version;
  }

  get hostPort(): string {
    const { host, port } = hostAndPort(this.#authority);
    return `${host}:${port ?? this.#defaultPort}`;
  }

  get url(): string {
    const { host, port } = hostAndPort(this.#authority);
    const isDefault = port === undefined || port === this.#defaultPort;
    const path = this.#path;
    return `${this.#scheme}://${host}${isDefault ? '' : `:${port}`}${path.startsWith('/') ? '' : '/'}${path}`;
  }

  /** Of a scheme that is neither, as of https. */
  get #defaultPort(): string {
    return defaultPort(this.#scheme === 'http' ? 'http:' : 'https:');
  }

  get sentHead(): SentHead | undefined {
    return this.#exchange?.sentHead;
  }

  facts(): ExchangeFacts {
    // Asked for by hooks at the earliest, when it has one.
    return this.#exchange?.facts() ?? NOTHING;
  }

  onExchange(exchange: Http2Exchange): void {
    this.#exchange = exchange;
  }

  protected override released(): void {
    this.#exchange?.released();
  }
}

const NOTHING: ExchangeFacts = {
  requestHttpVersion: '2',
  bytesWritten: undefined,
  bytesRead: undefined,
  bodyBytes: undefined,
  responseFields: [],
  trailers: [],
};

function hostAndPort(authority: string): { readonly host: string; readonly port: string | undefined } {
  const colon = authority.lastIndexOf(':');
  const hasPort = colon !== -1 && !authority.endsWith(']');
  const host = hasPort ? authority.slice(0, colon) : authority;
  return {
    // Of a session's own IPv6 address node:http2 makes `::1:443`.
    host: bracketed(host),
    port: hasPort && colon + 1 < authority.length ? authority.slice(colon + 1) : undefined,
  };
}
