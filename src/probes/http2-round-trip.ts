import { type ExchangeFacts, RoundTrip, type SentHead } from '../events/round-trip.ts';
import { Target } from '../events/target.ts';
import type { Http2Exchange } from './http2-exchange.ts';
import { type SentHeaders, methodOf, sentField, textOf } from './http2-head.ts';
import { Http2Origin } from './http2-origin.ts';

/** One request that the program made by `session.request()` of node:http2. */
export class Http2RoundTrip extends RoundTrip {
  readonly #target: Target;
  #exchange: Http2Exchange | undefined = undefined;

  /** `scheme` is for a request that names none, a CONNECT. */
  constructor(sent: SentHeaders, scheme: string) {
    super('http2', methodOf(sent));
    const authority = textOf(sent[':authority']) ?? sentField(sent, 'host') ?? '';
    const origin = Http2Origin.of(textOf(sent[':scheme']) ?? scheme, authority);
    this.#target = Target.of(origin, textOf(sent[':path']) ?? '');
  }

  get clientVersion(): string {
    return process.version;
  }

  get hostPort(): string {
    return this.#target.origin.hostPort;
  }

  get url(): string {
    return this.#target.url;
  }

  override get target(): Target {
    return this.#target;
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
    super.released();
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
