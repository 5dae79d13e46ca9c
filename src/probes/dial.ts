import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { now } from '../events/clock.ts';
import { Dial, type DialTarget, canceled } from '../events/dial.ts';
import type { RoundTrip } from '../events/round-trip.ts';
import { type Agreed, agreedOn, isTLSSocket, offered, tlsState } from '../events/tls-state.ts';
import type { TLSConnectionState } from '../trace/client-trace.ts';
import { Context, currentNode } from '../trace/context.ts';
import { areProbesOurs } from '../trace/shared.ts';
import { isWatched } from '../trace/trace-list.ts';
import { addressTried } from './dial-address.ts';
import { dialTarget } from './dial-target.ts';
import { isLoaded } from './loaded-builtins.ts';
import type { Patches } from './patches.ts';
import { SocketState } from './socket-state.ts';
import { hasHandle, isServer, streamsBelow } from './tls-internals.ts';

/**
 * The dial probe: DNS, TCP and TLS of every new connection, for all other probes. It hangs on the two functions that are
 * called exactly once per new connection whatever the client: `net.Socket.prototype.connect` and, for TLS,
 * `tls.TLSSocket.prototype._start`. (`net.connect`, `tls.connect`, `dns.lookup` and `Agent#createConnection` are each
 * bypassed by some client.) The rest are events of the watched socket.
 */

/** The watch on one socket. A tunnel has two sockets and one dial: TCP on the raw socket, TLS on the one over it. */
export class Watch {
  readonly dial: Dial;
  /** Those that are on; undefined when none are. */
  listeners: Listeners | undefined = undefined;
  /** What the handshake has agreed on, read when it begins and before the certificate is verified. */
  agreed: Agreed | undefined = undefined;
  /** Who waits until the socket can be used. */
  onReady: ((time: number, dial: Dial) => void) | undefined = undefined;

  constructor(dial: Dial) {
    this.dial = dial;
  }
}

function watchOf(socket: object): Watch | undefined {
  return SocketState.of(socket)?.watch;
}

/** Dials that failed before a round trip claimed them, by the error that their client passes on. */
const failed = new WeakMap<Error, Dial>();

/** Whom the connection being opened is for: undefined when not known, null when known to be for nobody watched. */
let dialOwner: RoundTrip | null | undefined;

/** Runs `open`; connections it opens meanwhile are for `owner`, or for nobody watched. */
export function dialingFor<R>(owner: RoundTrip | null, open: () => R): R {
  const outer = dialOwner;
  dialOwner = owner;
  try {
    return open();
  } finally {
    dialOwner = outer;
  }
}

/** A dial that its client has told us of and that has not begun. */
export interface AnnouncedDial {
  /** Undefined: nobody watched wants it. */
  readonly owner: RoundTrip | undefined;
  readonly hostPort: string;
  /** As given to `connect()`. */
  readonly host: string;
  readonly port: number;
  /** What was opened for it, when it has begun. */
  socket: Socket | undefined;
  /** Called with that, if somebody watches it, before `connect()` is. */
  readonly willConnect: (socket: Socket) => void;
  /** And after. */
  readonly isConnecting: (socket: Socket) => void;
}

/** Sockets that were opened for nobody watched: their handshakes, which begin later, are nobody's too. */
const forNobody = new WeakSet<Socket>();

/** It is about to open its socket, unless its connector waits for something first. */
let announced: AnnouncedDial | undefined;

/**
 * The socket that is opened next for this host and port, in this turn, is this dial's. It is opened outside of any
 * context: undici's connections run whatever comes on them in the context in which they were opened, so another
 * request's redirect would look like the opener's.
 */
export function announceDial(dial: AnnouncedDial): void {
  announced = dial;
  queueMicrotask(() => {
    if (announced === dial) announced = undefined;
  });
}

/** The dial under way, whose connector has not opened its own socket yet: a proxy's opens another client's. */
export function announcedDial(): AnnouncedDial | undefined {
  return announced;
}

function takeAnnounced({ host, port }: DialTarget): AnnouncedDial | undefined {
  if (announced === undefined) return undefined;
  // A unix socket has no port, and its client still names the host. Undici 8 dials an IP address under the name of the
  // Host field, with a lookup of its own that asks nobody.
  if (
    port !== undefined &&
    (port !== announced.port || (host !== announced.host && isIP(announced.host) === 0))
  )
    return undefined;
  const taken = announced;
  announced = undefined;
  return taken;
}

function outsideContexts<R>(fn: () => R): R {
  return currentNode() === undefined ? fn() : Context.background.run(fn);
}

/** The dial that opened `socket`; undefined when nobody watched it. */
export function dialOf(socket: object): Dial | undefined {
  // TLS over a socket that still connects is told by that socket; its own watch begins with the handshake.
  return (watchOf(socket) ?? (isTLSSocket(socket) ? watchBelow(socket) : undefined))?.dial;
}

/** `roundTrip` failed with `err` before it had a socket: the dial that failed so was its own. */
export function claimFailedDial(err: Error, roundTrip: RoundTrip): void {
  failed.get(err)?.claim(roundTrip);
}

/** The socket's connection, with its TLS handshake, is being made. */
export function isDialing(socket: object): boolean {
  // secureConnecting: TLSSocket, true until the handshake has ended. Not in @types/node.
  return (
    ('connecting' in socket && socket.connecting === true) ||
    ('secureConnecting' in socket && socket.secureConnecting === true)
  );
}

/** Calls `onReady` once when `socket`, which {@link isDialing}, can be used; never when that fails. */
export function whenReady(socket: Socket, onReady: (time: number, dial: Dial) => void): void {
  const watch = watchOf(socket) ?? watchSocket(socket, dialOf(socket) ?? new Dial(undefined, undefined));
  attach(socket, watch);
  watch.onReady = onReady;
}

export function installDial(patches: Patches): void {
  const net = process.getBuiltinModule('node:net');
  isIP = net.isIP;
  patches.wrap(net.Socket.prototype, 'connect', (original) => {
    let unpatchedStart: unknown = undefined;
    function watched(this: Socket): unknown {
      return connectWatched(original, this, arguments, unpatchedStart);
    }
    return function connect(this: Socket): unknown {
      unpatchedStart = areProbesOurs() ? patchTLS(patches, this) : undefined;
      const isWatched = unpatchedStart !== undefined || announced !== undefined || isDialWatched();
      // V8 14 (Node 26) makes an object of `arguments` in each call when a branch gives them to anything but `apply`.
      return Reflect.apply(isWatched ? watched : original, this, arguments);
    };
  });
  patches.wrap(net.Socket.prototype, 'destroy', wrapDestroy);
  patches.onUndo(() => patchedTLS.delete(patches));
  patchTLS(patches, undefined);
}

/** @param unpatchedStart - `_start` as it was, when it has been wrapped just now. */
function connectWatched(
  original: Function,
  socket: Socket,
  given: ArrayLike<unknown>,
  unpatchedStart: unknown,
): unknown {
  const args = unpatchedStart === undefined ? given : withStart(given, unpatchedStart, socket);
  const dial = announced === undefined ? undefined : takeAnnounced(dialTarget(args, isIP));
  if (dial === undefined) return open(original, socket, args, undefined);
  dial.socket = socket;
  if (dial.owner === undefined) forNobody.add(socket);
  else dial.willConnect(socket);
  const result: unknown = dialingFor(dial.owner ?? null, () =>
    outsideContexts(() => open(original, socket, args, dial)),
  );
  if (dial.owner !== undefined) dial.isConnecting(socket);
  return result;
}

/** `given`, with the `_start` of now: tls.connect() has read the one before already, to be called when connected. */
function withStart(given: ArrayLike<unknown>, before: unknown, socket: Socket): ArrayLike<unknown> {
  return Array.from(given, (arg): unknown => (arg === before ? Reflect.get(socket, '_start') : arg));
}

function open(
  original: Function,
  socket: Socket,
  args: ArrayLike<unknown>,
  dial: AnnouncedDial | undefined,
): unknown {
  if (!isDialWatched()) return Reflect.apply(original, socket, args);
  const target = dialTarget(args, isIP);
  const isAddress = dial !== undefined && target.isName && isIP(dial.host) !== 0;
  const watch = beginDial(socket, isAddress ? { ...target, host: dial.host, isName: false } : target);
  try {
    return Reflect.apply(original, socket, args);
  } catch (error) {
    // A bad port and the like: no event follows.
    fail(socket, watch, error instanceof Error ? error : canceled('connect() threw'));
    detach(socket, watch);
    throw error;
  }
}

/** `net.isIP`; node:net is not imported, because importing httptrace loads nothing. */
let isIP: (address: string) => number;

const patchedTLS = new WeakSet<Patches>();

/**
 * Wraps TLSSocket once the program has loaded node:tls. We never load it (7 to 26 ms); `moduleLoadList` tells whether
 * somebody did, and a TLS socket that connects is proof.
 *
 * @returns the method as it was, when it is wrapped just now.
 */
function patchTLS(patches: Patches, socket: Socket | undefined): unknown {
  if (patchedTLS.has(patches)) return undefined;
  if (!(socket !== undefined && isTLSSocket(socket)) && !isLoaded('tls')) return undefined;
  patchedTLS.add(patches);
  const tls = process.getBuiltinModule('node:tls');
  const unpatched: unknown = Reflect.get(tls.TLSSocket.prototype, '_start');
  patches.wrap(
    tls.TLSSocket.prototype,
    '_start',
    (original) =>
      function _start(this: TLSSocket): unknown {
        beginHandshake(this);
        return Reflect.apply(original, this, []);
      },
  );
  // node:tls makes the handle, which keeps the async context, before it connects the socket.
  patches.wrap(tls.TLSSocket.prototype, '_wrapHandle', (original) => {
    function announcedHandle(this: TLSSocket): unknown {
      return outsideContexts((): unknown => Reflect.apply(original, this, arguments));
    }
    return function _wrapHandle(this: TLSSocket): unknown {
      return Reflect.apply(announced === undefined ? original : announcedHandle, this, arguments);
    };
  });
  return unpatched;
}

/** A connection that is opened now is watched. */
export function isDialWatched(): boolean {
  return dialOwner === undefined ? isWatched(currentNode()) : dialOwner !== null;
}

function watchSocket(socket: Socket, dial: Dial): Watch {
  const watch = new Watch(dial);
  // A socket that connects again is watched anew.
  SocketState.on(socket).watch = watch;
  return watch;
}

function beginDial(socket: Socket, target: DialTarget): Watch {
  // A socket may connect again after it was closed.
  const earlier = watchOf(socket);
  if (earlier !== undefined) detach(socket, earlier);
  const dial = new Dial(dialOwner ?? undefined, target);
  const watch = watchSocket(socket, dial);
  // Before the original: a unix socket's attempt, a custom lookup and some errors come while it runs.
  attach(socket, watch);
  if (target.isName) dial.dnsStart(now(), target.host);
  return watch;
}

function attach(socket: Socket, watch: Watch): void {
  if (watch.listeners !== undefined) return;
  watch.listeners = listenersFor(socket, watch.dial);
  // No iterators, here and in `detach`: they take as long as the listeners.
  for (let i = 0; i < watch.listeners.length; i++) {
    const { event, listener, isFirst } = watch.listeners[i]!;
    if (isFirst) prependListener.call(socket, event, listener);
    else on.call(socket, event, listener);
  }
}

function detach(socket: Socket, watch: Watch): void {
  const { listeners } = watch;
  if (listeners === undefined) return;
  watch.listeners = undefined;
  for (let i = 0; i < listeners.length; i++) {
    const { event, listener } = listeners[i]!;
    removeListener.call(socket, event, listener);
  }
}

/** Not those of streams, which look first whether the event is 'data' or 'readable': that takes as long again. */
const { on, prependListener, removeListener } = EventEmitter.prototype;

// Shared listeners: no closure a socket.

type Listeners = readonly {
  readonly event: string;
  readonly listener: Parameters<EventEmitter['on']>[1];
  /** First in line: so that connectDone comes before anything that others do with the connection. */
  readonly isFirst: boolean;
}[];

const OF_ALL: Listeners = [
  { event: 'connectionAttempt', listener: onAttempt, isFirst: false },
  { event: 'connect', listener: onConnect, isFirst: true },
];

/** One address is not looked up, its attempt takes as long as it takes, and the socket ends with it when it fails. */
const OF_NAMES: Listeners = [
  { event: 'lookup', listener: onLookup, isFirst: false },
  { event: 'connectionAttemptFailed', listener: onAttemptFailed, isFirst: false },
  { event: 'connectionAttemptTimeout', listener: onAttemptTimeout, isFirst: false },
];

const OF_TLS: Listeners = [
  { event: 'secure', listener: onSecure, isFirst: true },
  { event: 'secureConnect', listener: onSecureConnect, isFirst: true },
];

const TO_ADDRESS = OF_ALL;
const TO_NAME = [...OF_ALL, ...OF_NAMES];
const TLS_TO_ADDRESS = [...OF_ALL, ...OF_TLS];
const TLS_TO_NAME = [...TO_NAME, ...OF_TLS];

/** Those that can be told: putting a listener on and taking it off takes half a microsecond. */
function listenersFor(socket: Socket, { target }: Dial): Listeners {
  const isAddress = target?.isName === false;
  if (isTLSSocket(socket)) return isAddress ? TLS_TO_ADDRESS : TLS_TO_NAME;
  return isAddress ? TO_ADDRESS : TO_NAME;
}

function onLookup(
  this: Socket,
  err: Error | null,
  address: string | undefined,
  family: number | string,
): void {
  const dial = watchOf(this)?.dial;
  if (dial === undefined) return;
  if (err) dial.dnsDone(now(), err);
  // One event an address; the first connection attempt, in the same turn, tells that the list is complete.
  else if (address !== undefined) dial.dnsAddress(address, Number(family));
}

function onAttempt(this: Socket, ip: string, port: number | undefined): void {
  const dial = watchOf(this)?.dial;
  if (dial === undefined) return;
  const { network, addr, peer } = addressTried(ip, port ?? undefined, isIP);
  dial.peer = peer;
  undestroyed(this, () => dial.connectStart(now(), network, addr));
}

/** A socket that must not be destroyed just now. */
interface Undestroyed {
  readonly socket: Socket;
  /** With what it was to be destroyed. */
  reason: [err?: Error] | undefined;
  readonly outer: Undestroyed | undefined;
}

let undestroyedNow: Undestroyed | undefined;

/**
 * Calls hooks where node:net goes on to use the handle of `socket` right after, and throws when there is none (uncaught,
 * after a lookup; Node 20 to 26). A hook that destroys it, or its request, has its way in the next tick.
 */
function undestroyed(socket: Socket, callHooks: () => void): void {
  const held: Undestroyed = { socket, reason: undefined, outer: undestroyedNow };
  undestroyedNow = held;
  callHooks();
  undestroyedNow = held.outer;
  if (held.reason !== undefined) process.nextTick(destroy, socket, held.reason);
}

/**
 * Whatever ends a socket calls it, an error of its own too. So nobody listens to 'error' and 'close', which took a seventh of what
 * sixteen hooks cost a new connection.
 *
 * Of the class and not of the socket: V8 (Node 24) gives an object slow properties for good when a method of its own is
 * taken away.
 */
function wrapDestroy(original: Function) {
  return function destroy(this: Socket, err?: Error): unknown {
    for (let held = undestroyedNow; held !== undefined; held = held.outer) {
      if (held.socket !== this) continue;
      held.reason ??= err === undefined ? [] : [err];
      return this;
    }
    const watch = watchOf(this);
    // Before 'error' and 'close', which Node has in a later tick.
    if (watch?.listeners !== undefined && !this.destroyed) process.nextTick(onDestroyed, this, watch, err);
    return Reflect.apply(original, this, arguments);
  };
}

function destroy(socket: Socket, reason: [err?: Error]): void {
  socket.destroy(...reason);
}

function onAttemptFailed(this: Socket, _ip: string, _port: number, _family: number, err?: Error): void {
  // Destroyed: 'close' follows and tells why; Node tells of an attempt's ECANCELED only where there are several.
  if (this.destroyed) return;
  watchOf(this)?.dial.connectDone(now(), err ?? canceled('the attempt failed and Node gave no reason'));
}

function onAttemptTimeout(this: Socket, ip: string, port: number): void {
  // Node cuts the attempt off and tries the next address; its AggregateError has this error only if all fail.
  const err = Object.assign(new Error(`connect ETIMEDOUT ${ip}:${port}`), {
    code: 'ETIMEDOUT',
    syscall: 'connect',
    address: ip,
    port,
  });
  watchOf(this)?.dial.connectDone(now(), err);
}

function onConnect(this: Socket): void {
  const watch = watchOf(this);
  if (watch === undefined) return;
  const time = now();
  watch.dial.connectDone(time, null);
  if (!isTLSSocket(this)) end(this, watch, time);
}

/** The handshake is over and the certificate not verified yet: when that fails, node:tls destroys the socket at once. */
function onSecure(this: Socket): void {
  const watch = watchOf(this);
  if (watch !== undefined && isTLSSocket(this)) watch.agreed = agreedOn(this);
}

function onSecureConnect(this: Socket): void {
  const watch = watchOf(this);
  if (watch === undefined || !isTLSSocket(this)) return;
  const time = now();
  watch.dial.tlsHandshakeDone(time, tlsState(this, watch.agreed), null);
  end(this, watch, time);
}

function end(socket: Socket, watch: Watch, time: number): void {
  detach(socket, watch);
  const { onReady } = watch;
  watch.onReady = undefined;
  // A hook may just have destroyed it.
  if (!socket.destroyed) onReady?.(time, watch.dial);
}

function onDestroyed(socket: Socket, watch: Watch, err: Error | null | undefined): void {
  const { dial } = watch;
  if (err) fail(socket, watch, err);
  else if (dial.isOpen) fail(socket, watch, canceled('its socket was destroyed'));
  detach(socket, watch);
}

function fail(socket: Socket, watch: Watch, err: Error): void {
  const { dial } = watch;
  if (dial.owner === undefined) failed.set(err, dial);
  dial.fail(now(), err, () => handshakeState(socket, watch.agreed, err));
  watch.onReady = undefined;
}

/** Only TLS sockets have a handshake that can fail, so the second case is not reached. */
function handshakeState(socket: Socket, agreed: Agreed | undefined, err: Error): TLSConnectionState {
  return tlsState(socket as TLSSocket, agreed, err);
}

/** Called at each `_start`, which on a socket that still connects only puts itself off until 'connect'. */
function beginHandshake(socket: TLSSocket): void {
  if (isServer(socket) || socket.connecting || !hasHandle(socket)) return;
  let watch = watchOf(socket);
  if (watch === undefined) {
    const below = watchBelow(socket);
    if (below === undefined && (forNobody.has(socket) || !isDialWatched())) return;
    watch = watchSocket(socket, below?.dial ?? new Dial(dialOwner ?? undefined, undefined));
  }
  attach(socket, watch);
  watch.agreed = offered(socket);
  watch.dial.tlsHandshakeStart(now());
}

function watchBelow(socket: TLSSocket): Watch | undefined {
  let watch: Watch | undefined;
  for (const below of streamsBelow(socket)) watch ??= watchOf(below);
  // A CONNECT request of the program's own is a round trip with its own dial, which has ended.
  return watch?.dial.owner?.isDone === true ? undefined : watch;
}
