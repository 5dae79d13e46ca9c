import type { Mark } from './hook-names.ts';

/** Certificates for `localhost` and 127.0.0.1: a good one, one that is over, for another host, or signed by itself. */
export type CertificateName = 'good' | 'expired' | 'wrongHost' | 'selfSigned';

export interface ServerScript {
  /** Where it listens: 127.0.0.1 when absent, ::1, or a socket of the file system. */
  readonly listens?: 'ipv6' | 'unix';
  /** Nothing listens where the client is told to connect. */
  readonly refuses?: boolean;
  /** Which certificate it shows over TLS; `good` when absent. */
  readonly certificate?: CertificateName;
  /** The newest TLS version that it speaks. */
  readonly maxTlsVersion?: 'TLSv1.2';
  /** The oldest TLS version that it speaks. */
  readonly minTlsVersion?: 'TLSv1.3';
  /** Application protocols that it accepts over TLS (`https` only); none when absent. */
  readonly alpn?: readonly string[];
  /** Over https its scripts see the bytes of the TLS connection; `{ tls: true }` has it shake hands. */
  readonly raw?: boolean;
  /** What the first, second, … connection does. A connection without a script makes the run invalid. */
  readonly connections: readonly (readonly ServerStep[])[];
  /** The same over HTTP/2: what each stream of the first, second, … connection does. */
  readonly sessions?: readonly (readonly (readonly StreamStep[])[])[];
  /** So many of the last connections need not be made, nor come to the end of their script. */
  readonly unsure?: number;
}

/** Steps that every script has. All wait for events, never for time. */
export type CommonStep =
  /** Wait until this has been reported so many times (1 when absent), of one request or in the whole run. */
  | { readonly awaitHook: Mark; readonly times?: number; readonly request?: number }
  /** Have the client cancel this request. */
  | { readonly cancel: number }
  /** Have the client make this request, which `starts` `byServer`. */
  | { readonly start: number };

/** One step on a connection. */
export type ServerStep =
  | CommonStep
  /**
   * Read a request head; the body that the head announces; a TLS record; a SOCKS5 greeting; a SOCKS5 request; or wait for
   * the client's end of the connection.
   */
  | { readonly await: 'head' | 'body' | 'record' | 'greeting' | 'socks' | 'end' }
  /** Read no more from the network. */
  | { readonly pause: true }
  /** Write these characters as bytes (latin1); `:PORT` is the server's. */
  | { readonly send: string }
  /** From here on speak TLS inside of what there is. */
  | { readonly tls: true }
  /** Close in order, or reset; or do neither and read what comes, whatever it is. */
  | { readonly end: 'fin' | 'reset' | 'ignore' };

/** One step on a stream of HTTP/2. */
export type StreamStep =
  | CommonStep
  /** Wait for the end of the request's body, or for the stream's end. */
  | { readonly await: 'body' | 'end' }
  /** Send an informational response. */
  | { readonly inform: number; readonly fields?: Readonly<Record<string, string | readonly string[]>> }
  /** Send the head of the final response; the stream ends with it when there is no body. */
  | { readonly respond: number; readonly fields?: Readonly<Record<string, string>>; readonly ends?: boolean }
  /** Send a piece of the body, and end it when it is the last one; trailers follow when there are any. */
  | { readonly data: string; readonly ends?: boolean; readonly trailers?: Readonly<Record<string, string>> }
  /** Reset the stream with this code. */
  | { readonly reset: StreamCode }
  /** Tell that streams after the n-th one of the connection (0: all) are not served. */
  | { readonly goaway: StreamCode; readonly last: number }
  /** Close the connection. */
  | { readonly close: true };

export type StreamCode =
  | 'NO_ERROR'
  | 'PROTOCOL_ERROR'
  | 'INTERNAL_ERROR'
  | 'REFUSED_STREAM'
  | 'CANCEL'
  | 'ENHANCE_YOUR_CALM';
