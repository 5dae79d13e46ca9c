/**
 * Records: what was seen of a round trip and of a connection, as plain JSON-safe data. Times are milliseconds with
 * microsecond resolution. `start` and all event times are on one monotonic scale per process (`performance.now()`);
 * `wallTime` anchors the record to the clock on the wall, so events of several processes can be put on one axis.
 * What did not happen is absent, never 0.
 */

/** Version of this schema; grows when a field changes its meaning or goes. */
export const RECORD_VERSION = 1;

/** One request and its response on one connection. */
export interface RoundTripRecord {
  /** Tells records of round trips from those of connections. */
  readonly type: 'roundTrip';
  /** Version of this schema. */
  readonly version: typeof RECORD_VERSION;
  /** Unique over processes and threads: `pid-thread-number`. */
  readonly id: string;
  /** Which call of the application a round trip belongs to. */
  readonly call: CallRef;
  /** The process and thread that made the request. */
  readonly process: ProcessInfo;
  /** The client library that made the request. */
  readonly client: { readonly name: string; readonly version: string };
  /** A mock answered instead of the network. */
  readonly intercepted: boolean;
  /** Wall clock at `start`, milliseconds since the Unix epoch. */
  readonly wallTime: number;
  /** Monotonic time at which the round trip began. */
  readonly start: number;
  /** From `start` to the last byte of the response, or to the failure. The phases add up to it. */
  readonly duration: number;
  /** In order of time, without gaps and without overlap; their durations add up to `duration`. */
  readonly phases: readonly Phase[];
  /** Every event in the order in which it was seen. */
  readonly events: readonly RecordedEvent[];
  /** What was sent. */
  readonly request: RequestRecord;
  /** 1xx responses, in order. */
  readonly informational: readonly InformationalRecord[];
  /** What came back. */
  readonly response?: ResponseRecord;
  /** The connection that served it; absent when none could be had. */
  readonly connection?: ConnectionUse;
  /** The dial that this round trip caused, also when its connection was not the one used. */
  readonly dial?: DialRecord;
  /** `ok`: a response and its end were seen. `incomplete`: still open when the record was written. */
  readonly outcome: 'ok' | 'error' | 'incomplete';
  /** Why it failed. */
  readonly error?: ErrorRecord;
  /** Application frames that made the request, innermost first, when asked for. */
  readonly callSite?: readonly string[];
}

/** Which call of the application a round trip belongs to. */
export interface CallRef {
  /** Unique over processes and threads: `pid-thread-number`. */
  readonly id: string;
  /** Number of this round trip in its call, from 1. */
  readonly attempt: number;
  /** Why there was this attempt. */
  readonly reason: 'first' | 'redirect' | 'retry';
  /** False: the client does not tell, so each round trip counts as a call. */
  readonly known: boolean;
}

/** The process and thread that made the request. */
export interface ProcessInfo {
  /** Process id. */
  readonly pid: number;
  /** Of `node:worker_threads`; 0 is the main thread. */
  readonly threadId: number;
  /** Node's version, `v24.21.0`. */
  readonly node: string;
}

/** A part of the total, named by what the round trip was waiting for. */
export type PhaseName = 'queued' | 'dns' | 'connect' | 'proxy' | 'tls' | 'send' | 'wait' | 'receive';

/** One phase. */
export interface Phase {
  /** A part of the total, named by what the round trip was waiting for. */
  readonly name: PhaseName;
  /** Milliseconds from the record's `start`. */
  readonly start: number;
  /** Milliseconds; never 0. */
  readonly duration: number;
  /**
   * Milliseconds of it in which the event loop of its thread was busy: running JavaScript, or whatever else is not waiting
   * for I/O; so also what it did for this request. To 20 microseconds. Absent when it was not, and when that is not known.
   */
  readonly busy?: number;
}

/** One event. */
export interface RecordedEvent {
  /** Name of the hook. */
  readonly name: string;
  /** Monotonic time. */
  readonly time: number;
  /** What belongs to this event alone: `host`, `addr`, `code`, `error`, … */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Name and value, as on the wire; secret values are replaced by `[redacted]`. */
export type HeaderField = readonly [name: string, value: string];

/** What was sent. */
export interface RequestRecord {
  /** Request method as sent. */
  readonly method: string;
  /** Absolute; userinfo and query values redacted. */
  readonly url: string;
  /** `1.0`, `1.1` or `2`. */
  readonly httpVersion: string;
  /** In the order of the wire. */
  readonly header: readonly HeaderField[];
  /** Bytes on the connection for this request, head included, TLS framing not. Absent when not known. */
  readonly wireBytes?: number;
}

/** A 1xx response. */
export interface InformationalRecord {
  /** Status code, 100 to 199. */
  readonly status: number;
  /** Milliseconds on the monotonic scale of its process. */
  readonly time: number;
  /** Fields of this 1xx only. */
  readonly header: readonly HeaderField[];
}

/** What came back. */
export interface ResponseRecord {
  /** Status code. */
  readonly status: number;
  /** Reason phrase as sent; may be empty. */
  readonly statusText: string;
  /** `1.0`, `1.1` or `2`. */
  readonly httpVersion: string;
  /** In the order of the wire. */
  readonly header: readonly HeaderField[];
  /** Fields after the body. */
  readonly trailers: readonly HeaderField[];
  /** Metrics of `Server-Timing` fields, in order. */
  readonly serverTiming: readonly ServerTimingEntry[];
  /** Bytes on the connection for this response, heads and 1xx included, TLS framing not. Absent when not known. */
  readonly wireBytes?: number;
  /** Bytes of the body as the client's parser gave them: chunk framing removed, content encoding not. */
  readonly bodyBytes?: number;
}

/** One metric of a `Server-Timing` field (W3C Server Timing). */
export interface ServerTimingEntry {
  /** Name of the metric. */
  readonly name: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** What the server says of it. */
  readonly description?: string;
}

/** A connection as one round trip used it. */
export interface ConnectionUse {
  /** Id of the {@link ConnectionRecord}. */
  readonly id: string;
  /** Round trip whose dial opened it; absent when it was opened before anybody watched, or by no round trip. */
  readonly openedBy?: string;
  /** It had served another request before. */
  readonly reused: boolean;
  /** It lay idle in the pool when the round trip asked. */
  readonly wasIdle: boolean;
  /** Milliseconds it lay idle before this round trip; absent when it did not, and when that is not known. */
  readonly idleTime?: number;
  /** Watched round trips it had served before this one. */
  readonly served: number;
  /** `http/1.1`, `h2`. */
  readonly protocol: string;
  /** `unix` is a unix socket or named pipe; `other` what is neither, such as a stream of an agent. */
  readonly transport: 'tcp' | 'unix' | 'other';
  /** One end of a connection. */
  readonly local?: Endpoint;
  /** One end of a connection. */
  readonly remote?: Endpoint;
  /** `host:port` of the proxy it goes through: where it was dialled, when that is not where the URL goes. */
  readonly proxy?: string;
  /** What a TLS handshake agreed on. */
  readonly tls?: TLSRecord;
  /** What became of it when the response had ended. Absent while open. */
  readonly after?: 'kept' | 'closed' | 'handed-over';
  /** Why it was not kept: `error`, `response` (closed with it), or what its agent had against keeping it. */
  readonly closeReason?: string;
}

/** One end of a connection. */
export interface Endpoint {
  /** IP address; the path of a unix socket. */
  readonly address: string;
  /** Absent for a unix socket. */
  readonly port?: number;
}

/** One connection over its life. */
export interface ConnectionRecord {
  /** Tells records of connections from those of round trips. */
  readonly type: 'connection';
  /** Version of this schema. */
  readonly version: typeof RECORD_VERSION;
  /** Unique over processes and threads: `pid-thread-number`. */
  readonly id: string;
  /** The process and thread that made the request. */
  readonly process: ProcessInfo;
  /** The round trip whose dial opened it; absent when it was opened before anybody watched, or by no round trip. */
  readonly openedBy?: string;
  /** Monotonic time at which it was ready, or first seen. */
  readonly opened: number;
  /** Wall clock at `opened`, milliseconds since the Unix epoch. */
  readonly wallTime: number;
  /** Watched round trips it has served. */
  readonly served: number;
  /** `http/1.1`, `h2`. */
  readonly protocol: string;
  /** `unix` is a unix socket or named pipe; `other` what is neither, such as a stream of an agent. */
  readonly transport: 'tcp' | 'unix' | 'other';
  /** One end of a connection. */
  readonly local?: Endpoint;
  /** One end of a connection. */
  readonly remote?: Endpoint;
  /** `host:port` of the proxy it goes through: where it was dialled, when that is not where the URL goes. */
  readonly proxy?: string;
  /** What a TLS handshake agreed on. */
  readonly tls?: TLSRecord;
  /** Its end; absent while it is open. */
  readonly closed?: {
    /** Milliseconds on the monotonic scale of its process. */
    readonly time: number;
    /** `idle`: closed while no round trip used it; `response`: with or after a response; `error`; `handed-over`. */
    readonly reason: 'idle' | 'response' | 'error' | 'handed-over';
    /** What went wrong. */
    readonly error?: ErrorRecord;
  };
}

/** DNS, TCP and TLS for one new connection. */
export interface DialRecord {
  /** The connection it opened served this round trip. */
  readonly used: boolean;
  /** The name that was looked up. */
  readonly host?: string;
  /** What the lookup gave; absent when there was none (IP literal, unix socket). */
  readonly addresses?: readonly string[];
  /** Each address tried, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** What the last handshake agreed on. */
  readonly tls?: TLSRecord;
}

/** One address tried. */
export interface AttemptRecord {
  /** `unix` is a unix socket or named pipe. */
  readonly network: 'tcp' | 'unix';
  /** `address:port`, `[address]:port`, or a path. */
  readonly addr: string;
  /** Milliseconds from the record's `start`. */
  readonly start: number;
  /** Absent while it goes on. */
  readonly duration?: number;
  /** Absent when it succeeded. */
  readonly error?: ErrorRecord;
}

/** What a TLS handshake agreed on. */
export interface TLSRecord {
  /** `TLSv1.3`. */
  readonly version?: string;
  /** IANA's name, `TLS_AES_128_GCM_SHA256`. */
  readonly cipher?: string;
  /** What ALPN agreed on. */
  readonly alpnProtocol?: string;
  /** SNI as sent. */
  readonly serverName?: string;
  /** An earlier session was resumed. */
  readonly resumed: boolean;
  /** The certificate was verified. */
  readonly authorized: boolean;
  /** Why not. */
  readonly authorizationError?: string;
  /** The peer's own certificate. */
  readonly certificate?: {
    /** Distinguished name. */
    readonly subject: string;
    /** Distinguished name. */
    readonly issuer: string;
    /** Empty when it has none. */
    readonly subjectAltName: string;
    /** Milliseconds since the Unix epoch. */
    readonly validFrom: number;
    /** Milliseconds since the Unix epoch. */
    readonly validTo: number;
    /** SHA-256, hex in pairs with colons. */
    readonly fingerprint256: string;
  };
}

/** What went wrong. */
export interface ErrorRecord {
  /** Class of the error. */
  readonly name: string;
  /** Its message, with URLs redacted. */
  readonly message: string;
  /** `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, … */
  readonly code?: string;
  /** System call that failed: `connect`, `getaddrinfo`, … */
  readonly syscall?: string;
  /** Phase in which it happened. */
  readonly phase?: PhaseName;
  /** What led to it; the first of several. */
  readonly cause?: ErrorRecord;
}
