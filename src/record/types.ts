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
  readonly type: 'roundTrip';
  readonly version: typeof RECORD_VERSION;
  /** Unique over processes and threads: `pid-thread-number`. */
  readonly id: string;
  readonly call: CallRef;
  readonly process: ProcessInfo;
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
  readonly request: RequestRecord;
  /** 1xx responses, in order. */
  readonly informational: readonly InformationalRecord[];
  readonly response?: ResponseRecord;
  /** The connection that served it; absent when none could be had. */
  readonly connection?: ConnectionUse;
  /** The dial that this round trip caused, also when its connection was not the one used. */
  readonly dial?: DialRecord;
  /** `ok`: a response and its end were seen. `incomplete`: still open when the record was written. */
  readonly outcome: 'ok' | 'error' | 'incomplete';
  readonly error?: ErrorRecord;
  /** Application frames that made the request, innermost first, when asked for. */
  readonly callSite?: readonly string[];
}

/** Which call of the application a round trip belongs to. */
export interface CallRef {
  readonly id: string;
  readonly attempt: number;
  readonly reason: 'first' | 'redirect' | 'retry';
  /** False: the client does not tell, so each round trip counts as a call. */
  readonly known: boolean;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly threadId: number;
  /** Node's version, `v24.21.0`. */
  readonly node: string;
}

/** A part of the total, named by what the round trip was waiting for. */
export type PhaseName = 'queued' | 'dns' | 'connect' | 'proxy' | 'tls' | 'send' | 'wait' | 'receive';

export interface Phase {
  readonly name: PhaseName;
  /** Milliseconds from the record's `start`. */
  readonly start: number;
  readonly duration: number;
}

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

export interface RequestRecord {
  readonly method: string;
  /** Absolute; userinfo and query values redacted. */
  readonly url: string;
  readonly httpVersion: string;
  readonly header: readonly HeaderField[];
  /** Bytes on the connection for this request, head included, TLS framing not. Absent when not known. */
  readonly wireBytes?: number;
}

export interface InformationalRecord {
  readonly status: number;
  readonly time: number;
  readonly header: readonly HeaderField[];
}

export interface ResponseRecord {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly header: readonly HeaderField[];
  readonly trailers: readonly HeaderField[];
  readonly serverTiming: readonly ServerTimingEntry[];
  /** Bytes on the connection for this response, heads and 1xx included, TLS framing not. Absent when not known. */
  readonly wireBytes?: number;
  /** Bytes of the body as the client's parser gave them: chunk framing removed, content encoding not. */
  readonly bodyBytes?: number;
}

/** One metric of a `Server-Timing` field (W3C Server Timing). */
export interface ServerTimingEntry {
  readonly name: string;
  /** Milliseconds. */
  readonly duration?: number;
  readonly description?: string;
}

/** A connection as one round trip used it. */
export interface ConnectionUse {
  /** Id of the {@link ConnectionRecord}. */
  readonly id: string;
  /** Round trip whose dial opened it; absent when it was opened before anybody watched, or by no round trip. */
  readonly openedBy?: string;
  readonly reused: boolean;
  readonly wasIdle: boolean;
  /** Milliseconds it lay idle before this round trip; absent when it did not, and when that is not known. */
  readonly idleTime?: number;
  /** Watched round trips it had served before this one. */
  readonly served: number;
  readonly protocol: string;
  readonly transport: 'tcp' | 'unix' | 'other';
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  /** `host:port` of the proxy it goes through: where it was dialled, when that is not where the URL goes. */
  readonly proxy?: string;
  readonly tls?: TLSRecord;
  /** What became of it when the response had ended. Absent while open. */
  readonly after?: 'kept' | 'closed' | 'handed-over';
  /** Why it was not kept: `error`, `response` (closed with it), or what its agent had against keeping it. */
  readonly closeReason?: string;
}

export interface Endpoint {
  /** IP address; the path of a unix socket. */
  readonly address: string;
  readonly port?: number;
}

/** One connection over its life. */
export interface ConnectionRecord {
  readonly type: 'connection';
  readonly version: typeof RECORD_VERSION;
  readonly id: string;
  readonly process: ProcessInfo;
  readonly openedBy?: string;
  /** Monotonic time at which it was ready, or first seen. */
  readonly opened: number;
  readonly wallTime: number;
  /** Watched round trips it has served. */
  readonly served: number;
  readonly protocol: string;
  readonly transport: 'tcp' | 'unix' | 'other';
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  readonly proxy?: string;
  readonly tls?: TLSRecord;
  readonly closed?: {
    readonly time: number;
    /** `idle`: closed while no round trip used it; `response`: with or after a response; `error`; `handed-over`. */
    readonly reason: 'idle' | 'response' | 'error' | 'handed-over';
    readonly error?: ErrorRecord;
  };
}

/** DNS, TCP and TLS for one new connection. */
export interface DialRecord {
  /** The connection it opened served this round trip. */
  readonly used: boolean;
  readonly host?: string;
  /** What the lookup gave; absent when there was none (IP literal, unix socket). */
  readonly addresses?: readonly string[];
  readonly attempts: readonly AttemptRecord[];
  readonly tls?: TLSRecord;
}

/** One address tried. */
export interface AttemptRecord {
  readonly network: 'tcp' | 'unix';
  readonly addr: string;
  /** Milliseconds from the record's `start`. */
  readonly start: number;
  /** Absent while it goes on. */
  readonly duration?: number;
  /** Absent when it succeeded. */
  readonly error?: ErrorRecord;
}

export interface TLSRecord {
  readonly version?: string;
  readonly cipher?: string;
  readonly alpnProtocol?: string;
  readonly serverName?: string;
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly authorizationError?: string;
  /** The peer's own certificate. */
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    readonly subjectAltName: string;
    /** Milliseconds since the Unix epoch. */
    readonly validFrom: number;
    readonly validTo: number;
    readonly fingerprint256: string;
  };
}

export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, … */
  readonly code?: string;
  readonly syscall?: string;
  /** Phase in which it happened. */
  readonly phase?: PhaseName;
  readonly cause?: ErrorRecord;
}
