import type { HookName } from './hook-names.ts';
import type { ServerScript } from './server-script.ts';

export { type HookName, hookNames } from './hook-names.ts';
export type * from './server-script.ts';

/**
 * A scenario is data: what the scripted server does, what the client asks for, what it does with the answer, and which
 * order Go itself leaves open. The Go program and the Node clients run the same data.
 */
export interface Scenario {
  /** Unique, kebab case; also the name of the recording. */
  readonly name: string;
  /** What is shown, as a sentence. */
  readonly title: string;
  /** Run plainly, over TLS, over HTTP/2 (with TLS), or once each. */
  readonly schemes: readonly Scheme[];
  readonly server: ServerScript;
  readonly client?: ClientOptions;
  /** Oldest first: the last one is the one registered last. One trace with all hooks when absent. */
  readonly traces?: readonly TraceScript[];
  /** All requests run in one context with the same trace objects, and the traces tell the current request themselves. */
  readonly sharedTraces?: boolean;
  /** Made by one client, the next when the one before has its outcome, or as `starts` says. */
  readonly requests: readonly RequestScript[];
  /** Pairs of hooks of one request that Go calls in either order. All other pairs keep the order of Go's run. */
  readonly freedom?: readonly FreePair[];
  /** What a client must be able to do; one that cannot has `-` in the table, for the reason that it gives. */
  readonly needs?: readonly Need[];
}

/** `h2` is HTTP/2 over TLS, with ALPN. */
export type Scheme = 'http' | 'https' | 'h2';

/** Two hooks that Go's own goroutines order freely. */
export type FreePair = readonly [HookName, HookName];

/** Abilities that not every client has; `lacks` of a client says which it has not, and why. */
export type Need =
  /** The test machine has ::1. */
  | 'ipv6'
  /** Send `Expect: 100-continue` and wait for the 100. */
  | 'expect'
  /** Go on after a 1xx that came unasked. */
  | 'informational'
  /** Go on after a 100 that came unasked. */
  | 'unasked-continue'
  /** Take over the connection of a 101. */
  | 'upgrade'
  /** Follow redirects. */
  | 'redirects'
  /** Leave redirects to the caller. */
  | 'manual-redirects'
  /** Limit how long a TLS handshake may take. */
  | 'handshake-timeout'
  /** Limit how long the head of a response may take. */
  | 'header-timeout'
  /** Limit connections to a host, and queue for them. */
  | 'connection-limit'
  /** Give up at once a request that waits for a connection. */
  | 'queue-abort'
  /** Limit idle connections to a host. */
  | 'idle-limit'
  /** Not keep connections. */
  | 'no-keep-alive'
  /** Send one request with `Connection: close`. */
  | 'close-request'
  /** Send trailers. */
  | 'request-trailers'
  /** Send a body in chunks. */
  | 'chunked-body'
  /** Send a body with GET. */
  | 'get-body'
  /** Refuse a body that is not as long as announced. */
  | 'checked-length'
  /** Send a part of the body, and the rest when told. */
  | 'paused-body'
  /** Send a body whose source fails. */
  | 'failing-body'
  /** Send the field names `Host` or `Connection` as told. */
  | 'own-host'
  /** Keep the URL's host as it is written. */
  | 'host-as-written'
  /** Connect to an address with a zone. */
  | 'zone'
  /** Talk through a socket of the file system. */
  | 'unix'
  /** Resolve names with a resolver of one's own. */
  | 'resolver'
  /** Keep TLS sessions or not, as told. */
  | 'sessions'
  /** Use a proxy for http. */
  | 'http-proxy'
  /** Use a proxy for https. */
  | 'connect-proxy'
  /** Fail when a proxy gives no tunnel. */
  | 'proxy-refusal'
  /** Use a proxy that itself is reached over TLS. */
  | 'tls-proxy'
  /** Use a SOCKS5 proxy. */
  | 'socks'
  /** Leave a response unread. */
  | 'unread-response'
  /** Make a request with a signal that is aborted already. */
  | 'canceled-start'
  /** Take a 304 that tells the length of what it leaves out. */
  | 'empty-with-length'
  /** Keep a connection after HEAD. */
  | 'head-keeps'
  /** Go on sending when the response has ended. */
  | 'early-answer'
  /** Announce the length of a body that is a stream. */
  | 'streamed-length'
  /** Tell an abort while a connection is opened, and not after it. */
  | 'prompt-abort'
  /** Use one connection to a proxy for several hosts. */
  | 'shared-proxy-connection'
  /** Give the answer of a proxy as a response. */
  | 'proxy-answers'
  /** Give up when a proxy closes. */
  | 'proxy-close'
  /** Use a proxy over TLS without a tunnel. */
  | 'tls-proxy-for-http'
  /** Make a GET of a POST at a 302. */
  | 'redirected-post'
  /** Take a redirect that keeps a body which cannot be had again as the response. */
  | 'redirected-stream'
  /** Go on after 1xx over HTTP/2. */
  | 'h2-informational'
  /** Have several streams on one connection by itself. */
  | 'h2-multiplex'
  /** Finish open streams after a GOAWAY. */
  | 'h2-goaway'
  /** Make a refused stream again. */
  | 'h2-retry'
  /** Stand an abort before the call that makes the request has returned. */
  | 'abort-in-start'
  /** Offer other ALPN protocols than its own. */
  | 'alpn-as-told'
  /** Send a field Connection. */
  | 'close-field'
  /** Send several lines of one field. */
  | 'repeated-fields'
  /** Ask for another server name than the URL's host. */
  | 'server-name';

export interface ClientOptions {
  /** The client trusts the authority that signed the server's certificate; true when absent. */
  readonly trustsAuthority?: boolean;
  /** The client keeps TLS sessions and resumes them; false when absent. */
  readonly resumesSessions?: boolean;
  /** The newest TLS version that the client speaks. */
  readonly maxTlsVersion?: 'TLSv1.2';
  /** Application protocols that the client offers over TLS (`https` only); none when absent. */
  readonly alpn?: readonly string[];
  /** The name that the server's certificate must have, and that is sent as SNI; the URL's host when absent. */
  readonly serverName?: string;
  /** How long a TLS handshake may take, in milliseconds. */
  readonly handshakeTimeout?: number;
  /** How long the head of a response may take after the request was sent, in milliseconds. */
  readonly headerTimeout?: number;
  /** How long the client waits for a 100 before it sends the body, in milliseconds; a minute, longer than any run, when absent. */
  readonly expectContinueTimeout?: number;
  /** Redirects are followed; false when absent. */
  readonly followsRedirects?: boolean;
  /** Connections are kept for other requests; true when absent. */
  readonly keepsAlive?: boolean;
  /** At most so many connections to a host; without limit when absent. */
  readonly maxConnections?: number;
  /** At most so many idle connections to a host; the client's default when absent. */
  readonly maxIdleConnections?: number;
  /** What names resolve to, by name; no address: the name does not exist. Absent: the system's resolver. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  /** The resolver for `hosts` answers when the first request has come so far; at once when absent. */
  readonly resolvesAfter?: 'outcome';
  /** The scripted server is a proxy of this kind; requests for its own scheme are sent to it. */
  readonly proxy?: ProxyOptions;
}

export interface ProxyOptions {
  readonly kind: 'http' | 'https' | 'socks5';
  /** Host of the proxy's URL; 127.0.0.1 when absent. */
  readonly host?: string;
  /** `user:password` for it. */
  readonly credentials?: string;
}

/** One registered trace. */
export interface TraceScript {
  /** Hooks that it defines; all when absent. */
  readonly hooks?: readonly HookName[];
  /** What its hooks do beside reporting. */
  readonly actions?: readonly HookAction[];
}

export interface HookAction {
  readonly hook: HookName;
  /** Cancel the request in the hook, throw (panic in Go), or return an error from it (`got1xxResponse` only). */
  readonly does: 'cancel' | 'throw' | 'returnError';
  /** At the so many-th call of the hook; at each when absent. */
  readonly call?: number;
}

export interface RequestScript {
  /** `GET` when absent. */
  readonly method?: string;
  /** Host of the URL, as it stands there: a name, or an IP literal, in brackets for IPv6. */
  readonly host: string;
  /** `none`: the URL has no port and so the scheme's. The server's port when absent. */
  readonly port?: 'none';
  /** `/` when absent. */
  readonly path?: string;
  /** Fields that the client is told to send, with canonical names; one entry a line. */
  readonly header?: readonly (readonly [name: string, value: string])[];
  /** The client is told to close the connection after this request, by its own means. */
  readonly close?: boolean;
  readonly body?: RequestBody;
  /** What the client does with the response; reads it to its end when absent. */
  readonly response?: ResponseUse;
  /** The request is canceled before it is made. */
  readonly canceled?: boolean;
  /** When it is made: see Start. After the outcomes of all before when absent. */
  readonly starts?: Start;
}

/** When the server's script says so, or when the request before has reported a hook. */
export type Start = 'byServer' | { readonly afterHook: HookName };

export interface RequestBody {
  /** Size in bytes. */
  readonly size: number;
  /** `Content-Length`, or `Transfer-Encoding: chunked` from a source of unknown length. */
  readonly framing: 'length' | 'chunked';
  /** The second half is given when the request has reported this hook. */
  readonly restAfter?: HookName;
  /** The source fails after the first half. */
  readonly fails?: boolean;
  /** The source ends after so many bytes, whatever was announced. */
  readonly endsAfter?: number;
  /** Trailers, by name. */
  readonly trailers?: readonly (readonly [name: string, value: string])[];
}

/**
 * Read all; read so many bytes and close; take over the connection of a 101, read so many bytes and close; or leave it
 * unread until all is over.
 */
export type ResponseUse =
  | 'read'
  | 'leave'
  | { readonly closeAfter: number }
  | { readonly upgradeAndRead: number };
