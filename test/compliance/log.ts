import { EventEmitter } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { inspect, types } from 'node:util';

/** What can be seen of one emitter from outside, from its beginning to the end of a scenario. */
export interface Seen {
  /** Events with what tells them apart, in order; repeated ones once. */
  readonly events: string[];
  /** Filled in at the end. */
  listeners: Record<string, number>;
  ownKeys: string[];
  inspected: string;
}

/** Everything that a program, and the server it talks to, can see of a scenario. */
export interface Log {
  readonly requests: Seen[];
  readonly responses: Seen[];
  readonly sockets: Seen[];
  /** What the server got on each connection. */
  wire: string[];
  /** What the scenario itself noted. */
  readonly notes: unknown[];
}

/** Events that are emitted only because somebody listens, and that only listeners of listeners can tell. */
const ABOUT_LISTENERS = new Set<string | symbol>([
  'newListener',
  'removeListener',
  EventEmitter.errorMonitor,
]);

/** Writes the log of the requests that it is told of. */
export class Logger {
  readonly log: Log = { requests: [], responses: [], sockets: [], wire: [], notes: [] };
  readonly #seen = new Map<EventEmitter, Seen>();

  /** Watches `request`, its response and its socket. */
  watch<R extends ClientRequest>(request: R): R {
    this.#watch(request, this.log.requests);
    return request;
  }

  note(...what: unknown[]): void {
    this.log.notes.push(...what.map((value) => (types.isNativeError(value) ? describe([value]) : value)));
  }

  /** Looks at everything that was watched, as it is now. */
  finish(): Log {
    for (const [emitter, seen] of this.#seen) {
      Reflect.deleteProperty(emitter, 'emit');
      for (const name of emitter.eventNames()) {
        const count = emitter.listenerCount(name);
        if (count > 0) seen.listeners[String(name)] = count;
      }
      seen.ownKeys = Reflect.ownKeys(emitter)
        .map(String)
        .filter((key) => key !== '_peername');
      seen.inspected = normalise(inspect(emitter, { depth: 1, breakLength: 100, sorted: true }));
    }
    return this.log;
  }

  #watch(emitter: EventEmitter, list: Seen[]): void {
    if (this.#seen.has(emitter)) return;
    const seen: Seen = { events: [], listeners: {}, ownKeys: [], inspected: '' };
    this.#seen.set(emitter, seen);
    list.push(seen);
    const before = emitter.emit;
    const logger = this;
    // Listeners would do for events whose names one knows, and would change what core does for some.
    function emit(this: EventEmitter, name: string | symbol, ...args: unknown[]): boolean {
      const line = `${String(name)} ${describe(args)}`.trim();
      if (!ABOUT_LISTENERS.has(name) && seen.events.at(-1) !== line) seen.events.push(line);
      // The arguments of these events by node:http's documentation.
      if (name === 'socket') logger.#watch(args[0] as Duplex, logger.log.sockets);
      if (name === 'response' || name === 'upgrade' || name === 'connect') {
        if (args[0] !== undefined) logger.#watch(args[0] as IncomingMessage, logger.log.responses);
      }
      return Reflect.apply(before, this, [name, ...args]);
    }
    Object.defineProperty(emitter, 'emit', {
      value: emit,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}

/** What tells two emissions of one event apart, without ports, times and content that may be split anyhow. */
function describe(args: readonly unknown[]): string {
  return args
    .map((value) => {
      if (types.isNativeError(value)) {
        return `${value.name} ${'code' in value ? String(value.code) : ''} ${withoutPorts(value.message)}`;
      }
      return typeof value === 'boolean' ? String(value) : '';
    })
    .join(' ');
}

function withoutPorts(text: string): string {
  return text.replaceAll(/:\d+/g, ':port');
}

/**
 * Values away, shape left. Listeners are compared by number; node leaves the names of listeners that were removed. The
 * async context hangs on each handle that is made in one. What a socket's documented addresses are is kept by node when
 * they are read, which records do.
 */
function normalise(text: string): string {
  return withoutPorts(text)
    .replaceAll(/ _events: (\[Object: null prototype\] )?\{[^}]*\}/g, '')
    .replaceAll(/^.*kResourceStore.*\n/gm, '')
    .replaceAll(/^ *_(peer|sock)name: ([^{\n]*|\{[^}]*\}),\n/gm, '')
    .replaceAll(/\d+(\.\d+)?/g, 'N')
    .replaceAll(/<(ref \*|Circular \*)N>\s?/g, '')
    .replaceAll(/[0-9a-f]{2}( [0-9a-f]{2})+/g, 'bytes');
}
