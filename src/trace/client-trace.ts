import type { Duplex } from 'node:stream';

/**
 * The sixteen hooks of Go's `net/http/httptrace.ClientTrace` (Go 1.26) and four more. All are optional.
 *
 * One trace object may serve many round trips, also at the same time; hooks of one round trip are called in this
 * order, where `?` may be absent and `*` may repeat:
 *
 *     roundTripStart
 *       getConn
 *         dnsStart? dnsDone?
 *         (connectStart connectDone)*
 *         (tlsHandshakeStart tlsHandshakeDone)*          twice through a TLS proxy
 *       gotConn
 *         wroteHeaderField* wroteHeaders wait100Continue? wroteRequest
 *         gotFirstResponseByte (got100Continue? got1xxResponse)* gotResponse gotLastResponseByte
 *       putIdleConn?
 *     roundTripDone
 *
 * Writing and reading overlap: `gotFirstResponseByte` and all after it may come before `wroteRequest` (a server that
 * answers early) but not before
 * `wroteHeaders`. The hooks of a dial may come after `gotConn` and even after
 * `roundTripDone` when another connection served the request. Whatever starts gets its end: each `…Start` has its
 * `…Done`, each `roundTripStart` its `roundTripDone`, exactly once.
 *
 * Rules for a hook: it is called synchronously by the client at work, so be quick; `this` is the trace object. A hook
 * that throws, or whose promise rejects, never breaks the request: it is reported once per hook and trace as a process
 * warning (code `ERR_HTTPTRACE_HOOK`) and the request goes on. Arguments are made for the call and may be kept, but
 * `conn` belongs to the client: do not read, write or close it. A hook may abort its own request. For that the first hooks of a fetch
 * are called right after `fetch()` has returned, in a microtask: it fails an assertion of its own, which ends the process, when
 * it is aborted earlier (undici 6 to 8).
 *
 * Hooks that come from a context run in it.
 */
export interface ClientTrace {
  /**
   * A connection is wanted; called before the pool is searched, once a round trip, right after `roundTripStart`.
   * Fires also when an idle connection exists and when the request must queue for one. Not called for a request that the
   * client rejects while it is being made (bad URL, bad header).
   *
   * Undici tells nothing of a request that waits in the queue of a Pool: there it is called when that hands it on.
   *
   * @param hostPort - `host:port` of the origin, always with a port, an IPv6 literal in brackets: `[::1]:8080`.
   * Unlike Go, the target also when there is a proxy that opens a tunnel: neither Node's agents nor undici tell of the proxy
   * before they dial.
   */
  getConn?(hostPort: string): void;

  /**
   * The round trip has its connection: TCP, proxy and TLS are done, or an existing connection was taken. Once a round
   * trip; not called when no connection could be had.
   *
   * @param info - which connection, and where it came from.
   */
  gotConn?(info: GotConnInfo): void;

  /**
   * The response has ended and the connection was offered to the client's pool: `null` when it went in (or straight to
   * a waiting request), an error that tells why not. At most once a round trip. Not called, as in Go, when no pool was
   * asked: keep-alive is off, `Connection: close`, HTTP/1.0, the body was not read to its end, a failed round trip,
   * 101 and CONNECT, HTTP/2.
   */
  putIdleConn?(err: Error | null): void;

  /**
   * The first byte of the response, of any status, also of a 1xx, has arrived. Once a round trip, not repeated after a
   * 1xx. Not called when the connection ends without a byte.
   */
  gotFirstResponseByte?(): void;

  /**
   * The server answered `100 Continue`. As in Go, with HTTP/1.1 only when the request was sent with `Expect: 100-continue`,
   * only for the first 100, and before its `got1xxResponse`; with HTTP/2 after it, and also for one that nobody asked for.
   * Never for fetch and undici over HTTP/1.1, where a 100 makes the request fail.
   */
  got100Continue?(): void;

  /**
   * A 1xx response other than 101, once for each: 100, 102, 103 and unknown ones.
   *
   * @param code - status code, 100 to 199.
   * @param header - fields of this 1xx only; empty when it had none.
   * @returns an Error to abort the request with it. With several traces the first that returns an Error decides (Go
   * keeps the oldest trace's result and drops the others); what observers return is ignored.
   */
  got1xxResponse?(code: number, header: HeaderMap): Error | void;

  /**
   * A name is about to be looked up for this round trip's dial. Once a dial. Not called for IP literals, unix sockets,
   * reused connections. `localhost` is a name. With a proxy it is the proxy's name.
   */
  dnsStart?(info: DNSStartInfo): void;

  /**
   * The lookup of `dnsStart` has ended; exactly once for each `dnsStart`, also when the request is gone by then.
   */
  dnsDone?(info: DNSDoneInfo): void;

  /**
   * One connection attempt begins; once for each address tried, so several times in a dial (Happy Eyeballs, RFC 8305).
   * Node tries addresses one after the other. A request that is destroyed here goes on to connect until the next tick.
   *
   * @param network - `tcp`, or `unix` for a unix domain socket or named pipe.
   * @param addr - resolved `address:port`, IPv6 in brackets; the path for `unix`.
   */
  connectStart?(network: 'tcp' | 'unix', addr: string): void;

  /**
   * The attempt of `connectStart` with the same arguments has ended; exactly once for each `connectStart`. An attempt
   * that was cut off has an error too: code `ETIMEDOUT` when Node's `autoSelectFamilyAttemptTimeout` passed, code
   * `ERR_HTTPTRACE_CANCELED` when the socket was destroyed meanwhile.
   */
  connectDone?(network: 'tcp' | 'unix', addr: string, err: Error | null): void;

  /** A TLS handshake begins on this round trip's dial. Once a dial, twice when the proxy itself is reached by TLS. */
  tlsHandshakeStart?(): void;

  /**
   * The handshake has ended; exactly once for each `tlsHandshakeStart`.
   *
   * @param state - what was agreed on. Unlike Go, a failed handshake has what is known by then instead of a zero value.
   * @param err - `null`, or why it failed, certificate errors included.
   */
  tlsHandshakeDone?(state: TLSConnectionState, err: Error | null): void;

  /**
   * One field of the request's head, as it is on the wire (name as written, in wire order); called for every field right
   * before `wroteHeaders`, because Node hands the whole head over at once. Neighbouring lines of one name are one call.
   * Not for the request line, not for trailers, not for a CONNECT that a proxy agent sends.
   *
   * @param value - frozen: hooks of later requests with the same head get it again.
   */
  wroteHeaderField?(key: string, value: readonly string[]): void;

  /** The request's head was handed to the kernel (Go: to a buffer). Once a round trip, after `gotConn`. */
  wroteHeaders?(): void;

  /**
   * The head had `Expect: 100-continue` and was written; Node leaves waiting for the 100 to the caller. Never for fetch and
   * undici over HTTP/1.1: undici refuses that field there.
   */
  wait100Continue?(): void;

  /**
   * The request, with its body, was handed to the kernel (Go: to a buffer), or writing it failed. Once a round trip
   * that got a connection. Can come after `gotFirstResponseByte`.
   */
  wroteRequest?(info: WroteRequestInfo): void;

  /** Beyond Go: a round trip begins. First of all hooks, once. Synchronous in the code that makes the request. */
  roundTripStart?(info: RoundTripInfo): void;

  /** Beyond Go: head of the final response (also 101), before the client gives it to its user. At most once. */
  gotResponse?(info: ResponseInfo): void;

  /**
   * Beyond Go: the end of the response has arrived; the client's parser saw it, the body need not have been read.
   * At most once; not for 101 and CONNECT, nor for a response that was cut off.
   */
  gotLastResponseByte?(): void;

  /**
   * Beyond Go: the round trip is over; exactly once for each `roundTripStart`, after all other hooks but those of a dial
   * that outlived it. When request and response have ended and it is decided whether the connection is kept; at the
   * hand-over of 101 and CONNECT; or at the connection's end. A response body that is never read keeps it open.
   */
  roundTripDone?(info: RoundTripDoneInfo): void;
}

/** Header fields: null prototype, lower-case names in order of arrival, values in order of arrival. */
export type HeaderMap = Readonly<Record<string, readonly string[]>>;

/** Argument of {@link ClientTrace.gotConn}. */
export interface GotConnInfo {
  /** The connection: a `net.Socket`, `tls.TLSSocket` or what an agent made. It belongs to the client. */
  readonly conn: Duplex;
  /** It has served another request before. Always exact. */
  readonly reused: boolean;
  /** It lay idle in the pool when this round trip asked; false for a direct hand-over from a finished request. */
  readonly wasIdle: boolean;
  /** How long it lay idle, in milliseconds; 0 when it was not idle; undefined when its last use was not watched. */
  readonly idleTime: number | undefined;
}

/** Argument of {@link ClientTrace.dnsStart}. */
export interface DNSStartInfo {
  /** The name as it is looked up, without port. */
  readonly host: string;
}

/** Argument of {@link ClientTrace.dnsDone}. */
export interface DNSDoneInfo {
  /** All addresses that the lookup gave, in its order; empty when it failed. */
  readonly addrs: readonly DNSAddress[];
  /** `null`, or the lookup's error as Node gave it (code `ENOTFOUND`, `EAI_AGAIN`, …). */
  readonly err: Error | null;
  /** Go: the answer was shared with a concurrent lookup. Node never shares lookups: always false. */
  readonly coalesced: boolean;
}

/** One address of a lookup. */
export interface DNSAddress {
  /** IPv4 or IPv6 address as text. */
  readonly address: string;
  /** 4 or 6. */
  readonly family: 4 | 6;
}

/** Argument of {@link ClientTrace.wroteRequest}. */
export interface WroteRequestInfo {
  /** `null` when all was written, else why it was not. */
  readonly err: Error | null;
}

/** Argument of {@link ClientTrace.roundTripDone}. */
export interface RoundTripDoneInfo {
  /** `null`, or the error that ended the round trip. */
  readonly err: Error | null;
}

/** Argument of {@link ClientTrace.gotResponse}. */
export interface ResponseInfo {
  /** Status code, 200 and up, or 101. */
  readonly status: number;
  /** Reason phrase as sent; may be empty. */
  readonly statusText: string;
  /** `1.0`, `1.1` or `2`. */
  readonly httpVersion: string;
  /** Header fields of the response. */
  readonly header: HeaderMap;
}

/** What was agreed on in a TLS handshake; the counterpart of Go's `tls.ConnectionState`. */
export interface TLSConnectionState {
  /** `TLSv1.3`, `TLSv1.2`, …; undefined when the handshake failed before it was agreed on. */
  readonly version: string | undefined;
  /** IANA name of the cipher suite: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string | undefined;
  /** Protocol agreed on by ALPN (RFC 7301); undefined when none was. Node's https.Agent offers none by default. */
  readonly alpnProtocol: string | undefined;
  /** Server name sent as SNI (RFC 6066); undefined when none was sent (IP literals). */
  readonly serverName: string | undefined;
  /** The session was resumed, so the handshake was short. */
  readonly resumed: boolean;
  /** The peer's certificate was verified against a trusted CA and the name. */
  readonly authorized: boolean;
  /** Why it was not: OpenSSL's or Node's code (`CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`), else undefined. */
  readonly authorizationError: string | undefined;
  /**
   * The peer's chain, its own certificate first, up to the root where Node knows it. Read when first asked for (0.2 to
   * 0.5 ms), so do that while the connection is open. Empty when the peer sent none, when a TLS 1.3 session was resumed
   * (Node does not have it then), when the connection has been closed, and when a `checkServerIdentity` of the program
   * refused it.
   */
  readonly peerCertificates: readonly PeerCertificate[];
}

/** One certificate of a peer's chain. */
export interface PeerCertificate {
  /** Distinguished name, `CN=example.com, O=Example`. */
  readonly subject: string;
  /** Distinguished name of the issuer. */
  readonly issuer: string;
  /** Subject alternative names, `DNS:example.com, IP Address:127.0.0.1`; empty when it has none. */
  readonly subjectAltName: string;
  /** First moment of validity, milliseconds since the Unix epoch. */
  readonly validFrom: number;
  /** Last moment of validity, milliseconds since the Unix epoch. */
  readonly validTo: number;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint256: string;
  /** Serial number, hex. */
  readonly serialNumber: string;
}

/** Which library made the request. */
export type ClientName = 'http' | 'https' | 'http2' | 'fetch' | 'undici';

/** One request and its response on one connection; argument of {@link ClientTrace.roundTripStart} and factories. */
export interface RoundTripInfo {
  /** Unique in this process and thread. */
  readonly id: number;
  /** Library that made the request: `fetch` is the global one and that of undici, `undici` all other APIs of undici. */
  readonly client: ClientName;
  /**
   * Version of that library: Node's own for `http`, `https` and `http2`, that of undici for `fetch` and `undici`; `unknown`
   * for an undici that was bundled into a program.
   */
  readonly clientVersion: string;
  /** Request method as sent. */
  readonly method: string;
  /** Absolute URL, built when asked for; with everything in it, secrets too. */
  readonly url: string;
  /** The call this round trip belongs to: redirects and retries share it when they are known to. */
  readonly callId: number;
  /** 1 for a call's first round trip, 2 for the next, … */
  readonly attempt: number;
  /** Why this round trip was made. */
  readonly reason: 'first' | 'redirect' | 'retry';
  /**
   * The client tells which call a round trip belongs to. False where it does not: for node:http and node:http2, where each
   * round trip is its own call, and for redirects that fetch follows, where `callId`, `attempt` and `reason` are inferred
   * from the URL that the response before it named.
   */
  readonly callKnown: boolean;
  /**
   * A mock answers instead of the network: undici's MockAgent. Then there are `roundTripStart`, `gotResponse` and
   * `roundTripDone`, and nothing of a connection. A MockAgent of an undici that is loaded after tracing began is seen from
   * the first request on that goes to a network, or the next `withClientTrace` or `observe`.
   */
  readonly intercepted: boolean;
}

/**
 * Makes the trace of one round trip. Called once a round trip, synchronously in the code that makes the request, so
 * other AsyncLocalStorage stores can be read here; undefined means that this round trip is not traced (sampling). A
 * factory that throws is skipped and reported as a hook that throws. To abort the request, use a hook: a fetch that is
 * aborted here ends the process.
 */
export type TraceFactory = (roundTrip: RoundTripInfo) => ClientTrace | undefined;
