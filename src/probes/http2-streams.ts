import type { ClientHttp2Stream } from 'node:http2';
import { reportFailure } from '../trace/call.ts';
import { Given, holderOf } from './given.ts';
import type { Http2Exchange } from './http2-exchange.ts';
import type { Patches } from './patches.ts';

/** Keeps the exchange of a stream on the stream. */
class Exchanges extends Given {
  readonly #exchange: Http2Exchange;

  constructor(stream: ClientHttp2Stream, exchange: Http2Exchange) {
    super(holderOf(stream));
    this.#exchange = exchange;
  }

  static of(stream: object): Http2Exchange | undefined {
    const holder = holderOf(stream);
    return #exchange in holder ? holder.#exchange : undefined;
  }
}

/** `ClientHttp2Stream.prototype`, when it is wrapped. */
let wrapped: object | undefined;

/**
 * Watches `stream` for `exchange`: without a listener, because each changes what node:http2 does ('error', 'aborted',
 * 'trailers'), and costs. `emit` tells what happens, and `push` what is read, also when nobody reads it.
 */
export function watchStream(patches: Patches, stream: ClientHttp2Stream, exchange: Http2Exchange): void {
  // Of a class, so there is one.
  const prototype = Object.getPrototypeOf(stream) as object;
  if (prototype !== wrapped) {
    wrapped = prototype;
    patches.wrap(prototype, 'emit', wrapEmit);
    patches.wrap(prototype, 'push', wrapPush);
    patches.onUndo(unwrapped);
  }
  new Exchanges(stream, exchange);
}

/** By the protocol; in node:http2's list is also what has ended and is not read yet, or was told to end in this turn. */
export function isOpen(stream: ClientHttp2Stream): boolean {
  if (stream.closed || Exchanges.of(stream)?.hasEnded === true) return false;
  return !stream.readableEnded || !stream.writableFinished;
}

function unwrapped(): void {
  wrapped = undefined;
}

function wrapEmit(original: Function) {
  return function emit(this: ClientHttp2Stream, event: unknown, a: unknown, b: unknown, c: unknown): unknown {
    if (!before(this, event, a, c)) return false;
    // A direct call can be inlined, and needs no array of arguments. Three has 'newListener', which node:http2 listens to.
    const { length } = arguments;
    if (length === 3) return original.call(this, event, a, b) as unknown;
    if (length === 1) return original.call(this, event) as unknown;
    if (length === 2) return original.call(this, event, a) as unknown;
    if (length === 4) return original.call(this, event, a, b, c) as unknown;
    return Reflect.apply(original, this, arguments);
  };
}

function wrapPush(original: Function) {
  return function push(this: ClientHttp2Stream, chunk: unknown, encoding: unknown): unknown {
    const exchange = Exchanges.of(this);
    if (exchange !== undefined) beforePush(exchange, chunk);
    if (arguments.length === 1) return original.call(this, chunk) as unknown;
    return original.call(this, chunk, encoding) as unknown;
  };
}

/** Tells the exchange of `stream`, if it has one, what is about to be emitted; false: not to be emitted. */
function before(stream: ClientHttp2Stream, event: unknown, headers: unknown, raw: unknown): boolean {
  try {
    // The event first: node:http2 emits ten that tell nothing, and those of its constructor come before there is an exchange.
    switch (event) {
      case 'ready': {
        const exchange = Exchanges.of(stream);
        exchange?.onReady();
        // Its own listener ends the request, and throws on a stream that a hook has destroyed (Node 22 to 26).
        return exchange === undefined || !stream.destroyed;
      }
      case 'headers':
        Exchanges.of(stream)?.onHeaders(statusOf(headers), fieldsOf(raw));
        break;
      case 'response': {
        const exchange = Exchanges.of(stream);
        // The destroyed stream's response may be in the packet of the 1xx that a hook refused.
        if (exchange?.refused === true) return false;
        exchange?.onResponse(statusOf(headers), fieldsOf(raw));
        break;
      }
      case 'trailers':
        Exchanges.of(stream)?.onTrailers(fieldsOf(raw));
        break;
      case 'finish':
        Exchanges.of(stream)?.onFinish();
        break;
      case 'aborted':
        Exchanges.of(stream)?.onAborted();
        break;
      case 'close':
        Exchanges.of(stream)?.onClose();
        break;
      default:
    }
  } catch (error) {
    // A bug of ours must not become the program's.
    reportFailure(Exchanges, 'probe', error);
  }
  return true;
}

// What node:http2 emits with these events: an object of the fields, flags, and the flat list of the fields.

function statusOf(headers: unknown): number {
  return Number((headers as Readonly<Record<string, unknown>>)[':status']);
}

function fieldsOf(raw: unknown): readonly string[] {
  return Array.isArray(raw) ? (raw as string[]) : [];
}

function beforePush(exchange: Http2Exchange, chunk: unknown): void {
  try {
    if (chunk === null) exchange.onEnd();
    else if (ArrayBuffer.isView(chunk)) exchange.onData(chunk.byteLength);
  } catch (error) {
    reportFailure(Exchanges, 'probe', error);
  }
}
