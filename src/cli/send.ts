import type { Transform, Writable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { HttpVersion } from './clients.ts';
import type { Proxy } from './proxy.ts';
import type { ResolveRule } from './resolve.ts';

/** A request as it is to be sent. */
export interface RequestSpec {
  readonly method: string;
  /** http or https, without userinfo. */
  readonly url: URL;
  /** Fields in the order in which they are sent; the sender adds `Host`, `Content-Length` and `Connection`. */
  readonly header: readonly (readonly [name: string, value: string])[];
  /** Lower-case names of fields that the sender shall not add. */
  readonly omit: ReadonlySet<string>;
  readonly body?: Buffer;
}

/** Head of a final response. */
export interface ResponseHead {
  readonly status: number;
  /** The first value of a field, one character a byte; undefined when it is not there. */
  field(name: string): string | undefined;
}

/** Transforms, and at last where the body goes. */
export type BodyChain = readonly [] | readonly [...Transform[], Writable];

export interface SendOptions {
  /** Aborts the request; its reason becomes the request's error. */
  readonly signal: AbortSignal;
  /**
   * Called once, with the head of the final response.
   *
   * @returns streams that the body is piped through, the last one is where it goes; empty drops it.
   */
  onResponse(head: ResponseHead): BodyChain;
}

/** How a sender makes its connections. */
export interface SenderOptions {
  readonly keepAlive: boolean;
  readonly resolve: readonly ResolveRule[];
  readonly family: 4 | 6 | undefined;
  readonly unixSocket: string | undefined;
  /** Seconds for DNS, connection and TLS. */
  readonly connectTimeout: number | undefined;
  readonly insecure: boolean;
  /** Undefined for the usual authorities and no client certificate. */
  readonly secureContext: SecureContext | undefined;
  readonly proxyInsecure: boolean;
  /** For TLS with a proxy; undefined for the usual authorities. */
  readonly proxyContext: SecureContext | undefined;
  /** The only one to speak; undefined leaves it to the client. */
  readonly httpVersion: HttpVersion | undefined;
  proxyFor(url: URL): Proxy | undefined;
}

/** One client library, with its connections. */
export interface Sender {
  /**
   * Sends one request and reads its response to the end; does not follow redirects.
   *
   * @returns the head, when the body has ended.
   * @throws what the client reports, or the reason of the signal.
   */
  send(request: RequestSpec, options: SendOptions): Promise<ResponseHead>;
  /** Closes all connections. */
  close(): void;
}
