import type { ClientRequest } from 'node:http';
import { now } from '../events/clock.ts';
import { apart } from './apart.ts';
import type { Patches } from './patches.ts';

/** Whose response a parser parses. */
export interface ResponseWatcher {
  /** Bytes of the response are about to be parsed. */
  onBytes(time: number, length: number): void;
  /** They have been. */
  checkEnd(): void;
}

/** A parser of node:http; private. */
interface Parser {
  readonly socket?: object | null;
}

let installed: { readonly patches: Patches; readonly watcherOf: Find } | undefined;
/** The class of all parsers, whose prototype is wrapped. */
let wrapped: unknown;

type Find = (socket: object) => ResponseWatcher | undefined;

/** Lets parsers tell the watcher of their socket, from the first request on that {@link watchParser} is asked about. */
export function watchParsers(patches: Patches, watcherOf: Find): void {
  installed = { patches, watcherOf };
}

/** Parsers are no longer watched. */
export function unwatchParsers(): void {
  installed = undefined;
  wrapped = undefined;
}

/**
 * Watches what the parser of `request` is given: the bytes before it parses them, and the end of the response right
 * after. One wrap of `execute` for all, where a 'data' listener is put on and taken off for each request. False when
 * the parser is not as expected.
 */
export function watchParser(request: ClientRequest | undefined): boolean {
  const parser = (request as { readonly parser?: Parser | null } | undefined)?.parser ?? undefined;
  if (parser === undefined || installed === undefined) return false;
  // A parser is made by C++, and to get its prototype V8 calls its runtime.
  if (wrapped !== undefined) return parser.constructor === wrapped;
  const prototype: unknown = Object.getPrototypeOf(parser);
  if (typeof parser.socket !== 'object' || typeof prototype !== 'object' || prototype === null) return false;
  if (!installed.patches.wrap(prototype, 'execute', wrapExecute)) return false;
  wrapped = parser.constructor;
  return true;
}

function wrapExecute(original: Function): (this: Parser, data: unknown) => unknown {
  return function execute(this: Parser, data: unknown): unknown {
    const watcher = apart(before, this, data, undefined, undefined);
    // A direct call needs no array of arguments.
    const parsed: unknown =
      arguments.length === 1 ? original.call(this, data) : Reflect.apply(original, this, arguments);
    if (watcher !== undefined) apart(checkEnd, watcher, undefined, undefined, undefined);
    return parsed;
  };
}

function before(parser: Parser, data: unknown): ResponseWatcher | undefined {
  const socket = parser.socket ?? undefined;
  const watcher = socket === undefined ? undefined : installed?.watcherOf(socket);
  if (watcher === undefined || !ArrayBuffer.isView(data)) return undefined;
  watcher.onBytes(now(), data.byteLength);
  return watcher;
}

function checkEnd(watcher: ResponseWatcher): void {
  watcher.checkEnd();
}
