import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type http2 from 'node:http2';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { types } from 'node:util';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { Recorder, observe, uninstall } from '../../src/index.ts';
import { DIST } from '../copies/node-process.ts';
import { recordings } from '../helpers/recordings.ts';
import { connect } from './exchange.ts';
import { dataFrame, frameServer, goawayFrame, headersFrame, resetFrame } from './frame-server.ts';
import type { FramePeer } from './frame-server.ts';

/** What can be seen of an emitter from outside. */
interface Seen {
  readonly events: string[];
  listeners: Record<string, number>;
  ownKeys: string[];
}

/** Events that are emitted only because somebody listens. */
const ABOUT_LISTENERS = new Set<string | symbol>([
  'newListener',
  'removeListener',
  EventEmitter.errorMonitor,
]);

/** Logs what `emitter` emits, by a method of its own, because listeners would change what node:http2 does. */
function log(emitter: EventEmitter): Seen {
  const seen: Seen = { events: [], listeners: {}, ownKeys: [] };
  const before = emitter.emit;
  function emit(this: EventEmitter, name: string | symbol, ...args: unknown[]): boolean {
    const line = `${String(name)} ${args.map(describeValue).join(' ')}`.trim();
    if (!ABOUT_LISTENERS.has(name) && seen.events.at(-1) !== line) seen.events.push(line);
    return Reflect.apply(before, this, [name, ...args]);
  }
  Object.defineProperty(emitter, 'emit', {
    value: emit,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return seen;
}

function describeValue(value: unknown): string {
  if (types.isNativeError(value))
    return `${value.name} ${'code' in value ? String(value.code) : ''} ${value.message}`;
  if (typeof value === 'object' && value !== null && ':status' in value) return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function look(emitter: EventEmitter, seen: Seen): void {
  Reflect.deleteProperty(emitter, 'emit');
  for (const name of emitter.eventNames()) {
    const count = emitter.listenerCount(name);
    if (count > 0) seen.listeners[String(name)] = count;
  }
  // Node keeps a socket's addresses on it when they are read, which records do.
  seen.ownKeys = Reflect.ownKeys(emitter)
    .map(String)
    .filter((key) => key !== '_peername' && key !== '_sockname');
}

interface Scenario {
  readonly title: string;
  readonly serve: (peer: FramePeer, stream: number) => void;
  readonly play: (
    session: http2.ClientHttp2Session,
    stream: (headers?: http2.OutgoingHttpHeaders) => http2.ClientHttp2Stream,
  ) => Promise<unknown>;
}

/** Resolves at 'close', also when an error comes first. */
function closed(stream: http2.ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => stream.on('error', () => {}).on('close', resolve));
}

const OK = (peer: FramePeer, id: number): void => peer.send(headersFrame(id, 200), dataFrame(id, 'ok', true));
const POST = { ':method': 'POST' };

const SCENARIOS: readonly Scenario[] = [
  { title: 'a response that is read', serve: OK, play: (_, make) => closed(make().resume()) },
  {
    title: 'requests one after the other and at once',
    serve: OK,
    play: async (_, make) => {
      await closed(make().resume());
      await Promise.all([closed(make().resume()), closed(make().resume())]);
    },
  },
  { title: 'a response that nobody reads', serve: OK, play: (_, make) => once(make(), 'response') },
  {
    title: 'a body and trailers',
    serve: (peer, id) =>
      peer.send(
        headersFrame(id, 200),
        dataFrame(id, 'ok', false),
        headersFrame(id, undefined, [['a', 'b']], true),
      ),
    play: async (_, make) => {
      const stream = make(POST);
      stream.end('body');
      await closed(stream.resume());
    },
  },
  {
    title: 'informational responses',
    serve: (peer, id) =>
      peer.send(
        headersFrame(id, 100),
        headersFrame(id, 103, [['link', 'a']]),
        headersFrame(id, 200, [], true),
      ),
    play: (_, make) => closed(make().resume()),
  },
  {
    title: 'a reset before the response',
    serve: (peer, id) => peer.send(resetFrame(id, 2)),
    play: (_, make) => closed(make().resume()),
  },
  {
    title: 'a reset in the body, which is not read',
    serve: (peer, id) => peer.send(headersFrame(id, 200), dataFrame(id, 'ok', false), resetFrame(id, 2)),
    play: (_, make) => closed(make()),
  },
  {
    title: 'an early answer that breaks off the upload',
    serve: (peer, id) => peer.send(headersFrame(id, 413, [], true), resetFrame(id, 0)),
    play: async (_, make) => {
      const stream = make(POST);
      stream.write('some');
      await closed(stream.resume());
    },
  },
  {
    title: 'GOAWAY with an error',
    serve: (peer) => peer.send(goawayFrame(1, 2)),
    play: (_, make) => closed(make().resume()),
  },
  {
    title: 'a connection that breaks',
    serve: (peer) => peer.destroy(),
    play: (_, make) => closed(make().resume()),
  },
  {
    title: 'a stream that is destroyed with an error',
    serve: () => {},
    play: async (_, make) => {
      const stream = make();
      await new Promise(setImmediate);
      stream.destroy(new Error('mine'));
      await closed(stream);
    },
  },
  {
    title: 'a session that is destroyed',
    serve: () => {},
    play: async (session, make) => {
      const stream = make();
      await new Promise(setImmediate);
      session.destroy();
      await closed(stream);
    },
  },
  {
    title: 'CONNECT',
    serve: (peer, id) => peer.send(headersFrame(id, 200), dataFrame(id, 'hello', true)),
    play: async (_, make) => {
      const stream = make({ ':method': 'CONNECT', ':authority': 'example.com:1' });
      stream.end();
      await closed(stream.resume());
    },
  },
];

interface Log {
  readonly session: Seen;
  readonly socket: Seen;
  readonly streams: Seen[];
  readonly wire: string;
}

async function play(scenario: Scenario, around: <R>(fn: () => R) => R): Promise<Log> {
  let wire = '';
  const server = await frameServer(scenario.serve, (frame) => (wire += frame));
  return around(async () => {
    const session = connect(server.origin);
    // What its documentation says 'connect' gives.
    const [, socket] = (await once(session, 'connect')) as [unknown, Duplex];
    const emitters = new Map<EventEmitter, Seen>([
      [session, log(session)],
      [socket, log(socket)],
    ]);
    const streams: Seen[] = [];
    await scenario.play(session, (headers = {}) => {
      // The server's port must not make a difference.
      const stream = session.request({ ':authority': 'test', ...headers });
      const seen = log(stream);
      streams.push(seen);
      emitters.set(stream, seen);
      return stream;
    });
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    for (const [emitter, seen] of emitters) look(emitter, seen);
    const [sessionSeen, socketSeen] = emitters.values();
    return { session: sessionSeen!, socket: socketSeen!, streams, wire };
  });
}

/** A watched connection keeps one listener, for its end. */
function withoutOurs(log: Log): Log {
  const { listeners } = log.socket;
  if (listeners['close'] !== undefined) listeners['close']--;
  return log;
}

describe.each(SCENARIOS)('watching node:http2 changes nothing: $title', (scenario) => {
  it.each(['a context', 'observers', 'a recorder'])('watched by %s', async (how) => {
    uninstall();
    const plain = await play(scenario, (fn) => fn());
    const traced = recordings();
    const recorder = new Recorder();
    const observer = how === 'observers' ? observe(traced.observer) : undefined;
    const watched = await play(scenario, (fn) => {
      if (how === 'a context') return traced.run(fn);
      return how === 'a recorder' ? recorder.run(fn) : fn();
    });
    observer?.[Symbol.dispose]();
    expect(traced.roundTrips.length + recorder.records.length + recorder.open).toBeGreaterThan(0);
    expect(withoutOurs(watched)).toEqual(plain);
  });

  it('installed, and nobody watches', async () => {
    uninstall();
    const plain = await play(scenario, (fn) => fn());
    observe(() => ({}))[Symbol.dispose]();
    expect(await play(scenario, (fn) => fn())).toEqual(plain);
  });
});

describe('an error of node:http2 that nobody handles', () => {
  it.each(['stream', 'session'])('of a %s ends the process as without httptrace', async (which) => {
    const outcome = (
      traced: boolean,
    ): Promise<{ readonly code: unknown; readonly error: string | undefined }> =>
      new Promise((resolve) => {
        const code = `
          import http2 from 'node:http2';
          const { observe } = await import('${pathToFileURL(join(DIST, 'index.js')).href}');
          ${traced ? 'observe(() => ({ gotConn() {}, roundTripDone() {} }));' : ''}
          const session = http2.connect('http://127.0.0.1:1');
          const stream = session.request();
          ${which === 'stream' ? 'session' : 'stream'}.on('error', () => {});`;
        execFile(process.execPath, ['--input-type=module', '--eval', code], (err, _out, stderr) => {
          resolve({ code: err?.code, error: /^.*ECONNREFUSED.*$/m.exec(stderr)?.[0] });
        });
      });
    const plain = await outcome(false);
    expect(plain.code).toBe(1);
    expect(plain.error).toContain('ECONNREFUSED');
    expect(await outcome(true)).toEqual(plain);
  });
});
