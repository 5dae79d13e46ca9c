import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { now } from '../events/clock.ts';
import type { Connection } from '../events/connection.ts';
import type { AsyncScope } from '../trace/async-scope.ts';
import { reportFailure } from '../trace/call.ts';
import { type ContextNode, currentNode } from '../trace/context.ts';
import { shared } from '../trace/shared.ts';
import { isWatched, resolveTraces } from '../trace/trace-list.ts';
import { Connections } from './connections.ts';
import { Marking } from './marking.ts';
import { announceStream } from './next-stream.ts';
import type { Patches } from './patches.ts';
import { continueCall, takeContinuation, takeRedirect, watchHandlers } from './undici-calls.ts';
import { type UndiciCopy, type UndiciRequest, copyOf } from './undici-copy.ts';
import { countRequest, watchDispatchers } from './undici-dispatch.ts';
import type { RawHeaders } from './undici-headers.ts';
import { watchMocks } from './undici-mock.ts';
import { loadedRoots } from './undici-modules.ts';
import { makeRoomForWrite } from './socket-writes.ts';
import type { ConnectParams } from './undici-origin.ts';
import { RoundTrips, watchRequests } from './undici-requests.ts';
import { UndiciRoundTrip, isOnHttp2, onConnected, watchWritesOf } from './undici-round-trip.ts';
import {
  announceDialTo,
  beginTunnel,
  beginWaiting,
  endTunnel,
  endWaiting,
  forgetWaiting,
  otherMessage,
  unwatchedMade,
} from './undici-waiting.ts';

/**
 * The probe for undici and for fetch, which is undici in Node. Every copy of undici publishes its diagnostics channels
 * under the same names, with its internal Request as the identity of a request. What has no channel (the first byte of
 * a response, an upgrade) is seen at methods of that class, wrapped once a copy. Until one is traced, a request pays for one
 * message; an untraced one later for looking up a private field at each.
 */

/**
 * Which connection, known to us, an unwatched request uses: its end tells since when that is idle. No WeakMap, where each
 * new key costs more than the rest of an unwatched request; what does not end is forgotten when too much has gathered.
 */
const unwatchedUse = new Map<object, Connection>();
const MAX_UNWATCHED = 10_000;

export function installUndici(patches: Patches): void {
  const patched = new WeakSet<UndiciCopy>();
  /** The one of them that was looked for last. */
  let latest: UndiciCopy | undefined;
  let subscribed = false;

  function subscribe(channel: string, tell: (message: never) => void): void {
    const subscriber = (message: unknown): void => {
      try {
        // The messages' documented shapes are those of the functions below.
        tell(message as never);
      } catch (error) {
        // What a subscriber throws, Node throws again as an uncaught exception.
        reportFailure(RoundTrips, 'probe', error);
      }
    };
    diagnostics.subscribe(channel, subscriber);
    patches.onUndo(() => diagnostics.unsubscribe(channel, subscriber));
  }

  function onCreate({ request }: { readonly request: UndiciRequest }): void {
    otherMessage();
    countRequest();
    if (!shared().used && !isWatched(undefined)) return notWatched(request);
    const copy = copyOf(request);
    const scope = copy.scopeOf(request);
    // Undici makes a request that waited in a Pool's queue while another one's connection becomes free, in that one's
    // async context. The handlers of its own API remember their requester's.
    if (scope === undefined) consider(request, copy, undefined);
    else scope.runInAsyncScope(consider, undefined, request, copy, scope);
  }

  /** Runs in the requester's async context, or in that of the round trip whose redirect or retry this is. */
  function consider(request: UndiciRequest, copy: UndiciCopy, scope: AsyncScope | undefined): void {
    if (request.method === 'CONNECT' && beginTunnel(request)) return;
    const context = currentNode();
    if (!isWatched(context)) return notWatched(request);
    subscribeToAll();
    watchCopy(copy);
    const roundTrip = new UndiciRoundTrip(request, copy, scope, now());
    const continuation = takeContinuation(request);
    if (continuation !== undefined) continueCall(roundTrip, continuation, true);
    start(roundTrip, request, context);
  }

  function watchCopy(copy: UndiciCopy): void {
    if (copy === latest) return;
    latest = copy;
    if (patched.has(copy)) return;
    patched.add(copy);
    watchRequests(patches, copy);
    if (copy.root !== undefined) watchPackage(patches, copy.root);
  }

  /**
   * From the first request that is watched on: undici makes a message for each channel that has a subscriber, and what became of
   * requests before that one is of use to nobody.
   */
  function subscribeToAll(): void {
    if (subscribed) return;
    subscribed = true;
    subscribe('undici:client:beforeConnect', onBeforeConnect);
    subscribe('undici:client:connected', onConnectedMessage);
    subscribe('undici:client:sendHeaders', onSendHeaders);
    subscribe('undici:request:bodySent', onBodySent);
    subscribe('undici:request:headers', onHeaders);
    subscribe('undici:request:trailers', onTrailers);
    subscribe('undici:request:error', onError);
  }

  watchPackages(patches);

  patches.onUndo(forgetWaiting);
  patches.onUndo(() => unwatchedUse.clear());
  subscribe('undici:request:create', onCreate);
  // Connections are known from the last time, and unwatched requests that use them change what is known.
  if (RoundTrips.wereAny()) subscribeToAll();
}

function notWatched(request: UndiciRequest): void {
  Marking.requestNotWatched();
  unwatchedMade(request);
}

let globalDispatcher: unknown;

/** Watches the undicis from npm that the program has loaded by now. */
function watchPackages(patches: Patches): void {
  globalDispatcher = Reflect.get(globalThis, GLOBAL_DISPATCHER);
  for (const root of loadedRoots()) watchPackage(patches, root);
}

/** Looks for more, if the program may have loaded or set one since: setting a MockAgent makes no request. */
export function lookForPackages(patches: Patches): void {
  if (Reflect.get(globalThis, GLOBAL_DISPATCHER) !== globalDispatcher) watchPackages(patches);
}

/** Where undici 6 and 7 keep it; undici 8 puts a wrapper there. Set when the first undici is loaded. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Watches what an undici from npm has beyond the one in Node, and what its requests do not tell. */
function watchPackage(patches: Patches, root: string): void {
  watchDispatchers(patches, root);
  watchHandlers(patches, root);
  watchMocks(patches, root);
}

/**
 * Fetch hears of the first byte and of the end in the async context of who opened the connection, a queued request of all.
 *
 * @param again - undici sends `request` again; with the scope that runs in `context`.
 */
function start(
  roundTrip: UndiciRoundTrip,
  request: object,
  context: ContextNode | undefined,
  again?: { readonly scope: AsyncScope | undefined },
): boolean {
  if (context?.traces !== undefined) roundTrip.runIn(context, again?.scope);
  const redirect = roundTrip.client === 'fetch' ? takeRedirect(roundTrip) : undefined;
  if (redirect !== undefined) continueCall(roundTrip, redirect, false);
  const resolved =
    context === undefined || currentNode() === context
      ? resolveTraces(roundTrip, context)
      : context.run(() => resolveTraces(roundTrip, context));
  if (!resolved) return false;
  Marking.requestWatched();
  if (again === undefined) new RoundTrips(request, roundTrip);
  else RoundTrips.replace(request, roundTrip);
  beginWaiting(roundTrip);
  // Fetch asserts that it has what it is still making when its signal is aborted, with an error that ends the process.
  if (roundTrip.client === 'fetch' && redirect === undefined) roundTrip.holdHooks();
  roundTrip.roundTripStart(roundTrip.created);
  roundTrip.getConn(roundTrip.created, roundTrip.hostPort);
  return true;
}

function onBeforeConnect({ connectParams }: { readonly connectParams: ConnectParams }): void {
  announceDialTo(connectParams, { willConnect: makeRoomForWrite, isConnecting: watchWritesOf });
}

function onConnectedMessage({ socket }: { readonly socket: Socket }): void {
  onConnected(socket);
}

interface SendHeaders {
  readonly request: UndiciRequest;
  readonly socket: Socket;
}

function onSendHeaders({ request, socket }: SendHeaders): void {
  otherMessage();
  let roundTrip = RoundTrips.of(request);
  if (roundTrip === undefined) {
    announceStream(undefined);
    endTunnel(request);
    const connection = Connections.of(socket);
    if (connection === undefined) return;
    connection.idleSince = Number.NaN;
    connection.forgetBytes();
    if (unwatchedUse.size >= MAX_UNWATCHED) unwatchedUse.clear();
    unwatchedUse.set(request, connection);
    return;
  }
  if (roundTrip.hasConn || roundTrip.isDone) {
    const again = nextAttempt(roundTrip, request);
    if (again === undefined) return announceStream(undefined);
    roundTrip = again;
  }
  endWaiting(roundTrip);
  // What undici itself goes by, also for h2c. The head would tell too, but is a rope: reading a character flattens it.
  const isHttp2 = isOnHttp2(socket);
  announceStream(isHttp2 ? roundTrip : undefined);
  if (!isHttp2) roundTrip.onSendHeaders(socket);
}

/** Undici sends a request again that its server has not seen: each time is a round trip. */
function nextAttempt(previous: UndiciRoundTrip, request: UndiciRequest): UndiciRoundTrip | undefined {
  const { scope } = previous;
  previous.onSentAgain(now());
  const copy = copyOf(request);
  const roundTrip = new UndiciRoundTrip(request, copy, copy.scopeOf(request), now());
  continueCall(roundTrip, { previous, reason: 'retry' }, true);
  return start(roundTrip, request, previous.context, { scope }) ? roundTrip : undefined;
}

interface RequestMessage {
  readonly request: object;
}

function onBodySent({ request }: RequestMessage): void {
  RoundTrips.of(request)?.onBodySent();
}

interface Head {
  readonly statusCode: number;
  readonly statusText?: string;
  readonly headers: RawHeaders;
}

function onHeaders({ request, response }: RequestMessage & { readonly response: Head }): void {
  RoundTrips.of(request)?.onHeaders(response.statusCode, response.statusText ?? '', response.headers);
}

function onTrailers({ request, trailers }: RequestMessage & { readonly trailers: RawHeaders }): void {
  otherMessage();
  const roundTrip = RoundTrips.of(request);
  if (roundTrip !== undefined) roundTrip.onTrailers(trailers);
  else endUnwatchedUse(request);
}

/** Published twice for some requests. */
function onError({ request, error }: RequestMessage & { readonly error: Error }): void {
  otherMessage();
  const roundTrip = RoundTrips.of(request);
  if (roundTrip === undefined) {
    unwatchedUse.delete(request);
    return endTunnel(request);
  }
  endWaiting(roundTrip);
  roundTrip.onError(error);
}

function endUnwatchedUse(request: object): void {
  const connection = unwatchedUse.size === 0 ? undefined : unwatchedUse.get(request);
  if (connection === undefined) return;
  unwatchedUse.delete(request);
  if (connection.active === 0) connection.idleSince = now();
}
