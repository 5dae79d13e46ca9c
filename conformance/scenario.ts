import type { ClientTrace } from '../src/trace/client-trace.ts';

/**
 * A scenario is data: what the scripted server does, what the client asks for, what it does with the answer, and which
 * order Go itself leaves open. The Go program and the Node clients run the same data; nothing in it names a client.
 */
export interface Scenario {
  /** Unique, kebab case; also the name of the recording. */
  readonly name: string;
  /** What is shown, as a sentence. */
  readonly title: string;
  /** Run plainly, over TLS, or once each. */
  readonly schemes: readonly Scheme[];
  readonly server: ServerScript;
  readonly client?: ClientOptions;
  /** Oldest first: the last one is the one registered last. One trace with all hooks when absent. */
  readonly traces?: readonly TraceScript[];
  /** All requests run in one context with the same trace objects, and the traces tell the current request themselves. */
  readonly sharedTraces?: boolean;
  /** Made one after the other by one client: the next begins when the one before has its outcome. */
  readonly requests: readonly RequestScript[];
  /** Pairs of hooks of one request that Go calls in either order. All other pairs keep the order of Go's run. */
  readonly freedom?: readonly FreePair[];
}

export type Scheme = 'http' | 'https';

/** The sixteen hooks of Go, in the order of their declaration there. */
export const hookNames = [
  'getConn',
  'gotConn',
  'putIdleConn',
  'gotFirstResponseByte',
  'got100Continue',
  'got1xxResponse',
  'dnsStart',
  'dnsDone',
  'connectStart',
  'connectDone',
  'tlsHandshakeStart',
  'tlsHandshakeDone',
  'wroteHeaderField',
  'wroteHeaders',
  'wait100Continue',
  'wroteRequest',
] as const satisfies readonly (keyof ClientTrace)[];

export type HookName = (typeof hookNames)[number];

/** Two hooks that Go's own goroutines order freely. */
export type FreePair = readonly [HookName, HookName];

/** Certificates for `localhost` and 127.0.0.1: a good one, one that is over, for another host, or signed by itself. */
export type CertificateName = 'good' | 'expired' | 'wrongHost' | 'selfSigned';

export interface ServerScript {
  /** Nothing listens on the port that the client is told. */
  readonly refuses?: boolean;
  /** Which certificate it shows over TLS; `good` when absent. */
  readonly certificate?: CertificateName;
  /** What the first, second, … connection does. A connection without a script makes the run invalid. */
  readonly connections: readonly (readonly ServerStep[])[];
}

/** One step on a connection. Steps wait for events, never for time. */
export type ServerStep =
  /** Read a request head; read the body that the head announces; wait for the client's end of the connection. */
  | { readonly await: 'head' | 'body' | 'end' }
  /** Wait until the client's traces have reported this hook so many times in the whole run (1 when absent). */
  | { readonly awaitHook: HookName; readonly times?: number }
  /** Have the client cancel its current request. */
  | { readonly cancel: true }
  /** Write these characters as bytes (latin1). */
  | { readonly send: string }
  /** Close in order, or reset. */
  | { readonly end: 'fin' | 'reset' };

export interface ClientOptions {
  /** The client trusts the authority that signed the server's certificate; true when absent. */
  readonly trustsAuthority?: boolean;
  /** The client keeps TLS sessions and resumes them; false when absent. */
  readonly resumesSessions?: boolean;
  /** How long the client waits for a 100 before it sends the body, in milliseconds; 1000 when absent. */
  readonly expectContinueTimeout?: number;
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
  /** Cancel the request in the hook, or return an error from it (`got1xxResponse` only). */
  readonly does: 'cancel' | 'returnError';
}

export interface RequestScript {
  /** `GET` when absent. */
  readonly method?: string;
  /** Host of the URL: an IP literal, `localhost`, or a name under `.invalid`. */
  readonly host: string;
  /** `/` when absent. */
  readonly path?: string;
  /** Fields that the client is told to send, with canonical names; one entry a line. */
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly body?: RequestBody;
  /** What the client does with the response; reads it to its end when absent. */
  readonly response?: ResponseUse;
}

export interface RequestBody {
  /** Size in bytes. */
  readonly size: number;
  /** `Content-Length`, or `Transfer-Encoding: chunked` from a source of unknown length. */
  readonly framing: 'length' | 'chunked';
}

/** Read all; read so many bytes and close; or take over the connection of a 101, read so many bytes and close. */
export type ResponseUse = 'read' | { readonly closeAfter: number } | { readonly upgradeAndRead: number };
