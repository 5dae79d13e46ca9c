import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';

import type { ClientName } from '../../../src/index.ts';

/** What a driver may be able to do; a behaviour runs for each driver that can do all it needs. */
export type Ability =
  /** Keeps connections for later requests. */
  | 'keeps'
  /** Opens at most as many connections as it is told, and queues what is more. */
  | 'queues'
  /** Dials with a given `lookup`. */
  | 'lookup'
  /** Dials unix sockets. */
  | 'unix'
  /** Sends a request whose signal can be aborted. */
  | 'signal'
  /** Sends bodies of this kind. */
  | 'string body'
  | 'buffer body'
  | 'stream body'
  | 'iterator body'
  | 'form body'
  | 'blob body'
  /** Ends a request with the error of its body. */
  | 'body errors'
  /** Sends `Expect: 100-continue`. */
  | 'expect'
  /** Survives a `100 Continue` that it did not ask for. */
  | 'continue'
  /** Follows redirects. */
  | 'redirects'
  /** Sends again what failed. */
  | 'retries'
  /** Dials the host of the URL itself. */
  | 'direct';

export type Body = string | Uint8Array | Readable | AsyncIterable<Uint8Array> | FormData | Blob;

/** What a behaviour has a driver send. */
export interface Message {
  readonly url: string;
  /** GET by default, or POST with a body. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly signal?: AbortSignal;
}

/** What came back; the body was read to its end. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Rejects as the client does. */
export type Send = (message: Message) => Promise<Answer>;

/** How a driver dials. */
export interface DialOptions {
  readonly lookup?: LookupFunction;
  readonly socketPath?: string;
  /** At most so many connections to one origin. */
  readonly connections?: number;
  /** Trusts the tests' authority; true by default. */
  readonly trusts?: boolean;
}

/** A way to make requests, as a parameter of the behaviours. */
export interface Driver {
  readonly name: string;
  /** As hooks are told. */
  readonly client: ClientName;
  readonly clientVersion: string;
  readonly http: '1.1' | '2';
  readonly schemes: readonly Scheme[];
  readonly can: ReadonlySet<Ability>;
  /** Destroying a request ends its dial; else the dial goes on, as in Go. */
  readonly dialEndsWithRequest: boolean;
  /** Makes a client of its own, with its own connections, until the test has finished. */
  readonly make: (options?: DialOptions) => Promise<Send>;
  /** What waits in its queue is made, and seen, when a connection is free: the wait is not told, that one seems idle. */
  readonly queuesUnseen?: true;
  /** Has never more than one connection to an origin. */
  readonly oneConnection?: true;
  /** Dials in a microtask after the request was made; whose dial it is cannot be told beside an unwatched request. */
  readonly dialsLater?: true;
  /** A form that it takes as a body; the global class by default. */
  readonly makeForm?: () => FormData;
  /** Tells HTTP/1.0 from 1.1. */
  readonly tellsVersion: boolean;
  /** What went wrong, by what the client rejects with. */
  readonly reason: (error: unknown) => unknown;
}

export type Scheme = 'http' | 'https';

/** For drivers that reject with what went wrong. */
export function itself(error: unknown): unknown {
  return error;
}

/** For fetch, which wraps what went wrong. */
export function causeOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause !== undefined ? error.cause : error;
}

/** The method of `message`. */
export function methodOf({ method, body }: Message): string {
  return method ?? (body === undefined ? 'GET' : 'POST');
}

/** A stream that is one stays itself: a second one around it would not end with it. */
export function streamOf(source: Readable | Iterable<unknown> | AsyncIterable<unknown>): Readable {
  return source instanceof Readable ? source : Readable.from(source);
}
