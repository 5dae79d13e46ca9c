import type { AsyncScope } from '../trace/async-scope.ts';
import { versionIn } from './undici-modules.ts';

/** What the probe reads of undici's internal request, the same in undici 6, 7 and 8. */
export interface UndiciRequest {
  readonly method: string;
  /** With the query; a whole URL in a request to a plain proxy. */
  readonly path: string;
  readonly origin: unknown;
  /** Undici's flat list of names and values. */
  readonly headers?: unknown;
  /** What was given as a string is bytes already. */
  readonly body?: unknown;
  /** There once it has a connection. */
  readonly abort?: ((err: Error) => void) | null;
}

/** Its body is none, or bytes; any other is read while it is sent. */
export function hasWholeBody({ body }: UndiciRequest): boolean {
  return body === null || body === undefined || ArrayBuffer.isView(body);
}

/** One of the undicis in a process: the one in Node, and any number from npm. Told apart by their Request class. */
export class UndiciCopy {
  /** The request's prototype. */
  readonly prototype: object;
  /** Its class. */
  readonly requestClass: unknown;
  readonly #handlerKey: symbol | undefined;
  readonly #file: string | undefined;
  #version: string | undefined;

  constructor(prototype: object, request: UndiciRequest) {
    this.prototype = prototype;
    this.requestClass = request.constructor;
    this.#handlerKey = Object.getOwnPropertySymbols(request).find(
      ({ description }) => description === 'handler',
    );
    this.#file = requestFile();
  }

  /** The async scope of who asked for `request`: its handler, where that is one. */
  scopeOf(request: UndiciRequest): AsyncScope | undefined {
    if (this.#handlerKey === undefined) return undefined;
    const handler: unknown = Reflect.get(request, this.#handlerKey);
    return scopeOfHandler(handler);
  }

  /** Its folder; undefined for Node's own, and where it was bundled into a program. */
  get root(): string | undefined {
    return rootOf(this.#file);
  }

  /** `unknown` where it was bundled into a program. Reads a file, once. */
  get version(): string {
    return (this.#version ??= versionOf(this.#file));
  }
}

/**
 * `handler`, which gets a response as a dispatcher was given it, where it remembers who asked: in undici's own API (request,
 * stream, pipeline, connect, upgrade) it is an AsyncResource; no other handler is.
 */
export function scopeOfHandler(handler: unknown): AsyncScope | undefined {
  // Undici accepts nothing but objects as handlers.
  if (typeof handler !== 'object' || handler === null || !('runInAsyncScope' in handler)) return undefined;
  // An AsyncResource, which undici's handlers are.
  return typeof handler.runInAsyncScope === 'function' ? (handler as AsyncScope) : undefined;
}

const FILE =
  /(?:file:\/\/)?([^\s()]*[\\/](?:deps[\\/]undici[\\/]undici|lib[\\/]core[\\/]request\.js)):\d+:\d+/;

let latest: UndiciCopy | undefined;
const copies = new WeakMap<object, UndiciCopy>();

/** The undici that made `request`. Called first where that makes it. */
export function copyOf(request: UndiciRequest): UndiciCopy {
  // Not by its prototype, for which V8 calls its runtime.
  if (latest !== undefined && latest.requestClass === request.constructor) return latest;
  // Request is a class, so there is one.
  const prototype = Object.getPrototypeOf(request) as object;
  latest = copies.get(prototype);
  if (latest === undefined) copies.set(prototype, (latest = new UndiciCopy(prototype, request)));
  return latest;
}

/** `lib/core/request.js` of an undici from npm, or the name of Node's own, read off the stack of its constructor. */
function requestFile(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const { stack } = new Error('where undici is');
  Error.stackTraceLimit = limit;
  if (typeof stack !== 'string') return undefined;
  return FILE.exec(stack)?.[1];
}

function rootOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : /^(.*)[\\/]lib[\\/]core[\\/]request\.js$/.exec(file)?.[1];
}

function versionOf(file: string | undefined): string {
  if (file === undefined) return 'unknown';
  const root = rootOf(file);
  return root === undefined ? (process.versions['undici'] ?? 'unknown') : versionIn(root);
}
