import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import diagnostics from 'node:diagnostics_channel';
import { now } from '../events/clock.ts';
import { reportFailure } from '../trace/call.ts';
import { type ContextNode, currentNode } from '../trace/context.ts';
import { isWatched, resolveTraces } from '../trace/trace-list.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { wrapRequests } from './http2-requests.ts';
import { Http2RoundTrip } from './http2-round-trip.ts';
import { WatchedSession } from './http2-session.ts';
import { watchStream } from './http2-streams.ts';
import { type StreamOwner, takeStream } from './next-stream.ts';
import type { Patches } from './patches.ts';

/**
 * The probe for node:http2, all that is built on it, and undici over HTTP/2. A request is seen when `session.request()`
 * has made its stream: by the channel `http2.client.stream.created`, or where Node has none by a wrap of that method.
 * From then on the stream's `emit` and `push` tell the rest. Untraced requests pay for one look-up at each of these.
 */

const CREATED = 'http2.client.stream.created';

/** The stream that the channel has told of last, while its `request()` runs. */
let announced: ClientHttp2Stream | undefined;

export function installHttp2(patches: Patches): void {
  const created = (message: unknown): void => {
    // The channel's message by Node's documentation; its session is a client's.
    const { stream } = message as { stream: ClientHttp2Stream };
    announced = stream;
    consider(patches, stream, stream.session as ClientHttp2Session | undefined);
  };
  diagnostics.subscribe(CREATED, created);
  patches.onUndo(() => diagnostics.unsubscribe(CREATED, created));
  wrapRequests(patches, (stream, session) => {
    if (announced !== stream) consider(patches, stream, session);
    announced = undefined;
  });
}

/** A bug of ours must not become the program's. */
function consider(
  patches: Patches,
  stream: ClientHttp2Stream,
  session: ClientHttp2Session | undefined,
): void {
  // Even: the server pushes it.
  if (stream.id !== undefined && stream.id % 2 === 0) return;
  const owner = takeStream();
  const context = currentNode();
  if (owner === undefined && !isWatched(context)) return;
  try {
    const watched = session === undefined ? undefined : WatchedSession.of(session);
    // What was announced and never made is not some other session's.
    if (owner !== undefined && watched?.isUndicis !== false) beginFor(owner, patches, stream, watched);
    else if (isWatched(context)) begin(patches, stream, watched, context);
  } catch (error) {
    reportFailure(installHttp2, 'probe', error);
  }
}

/** Undici has told whose stream it is; the round trip is under way. */
function beginFor(
  owner: StreamOwner,
  patches: Patches,
  stream: ClientHttp2Stream,
  session: WatchedSession | undefined,
): void {
  if (owner.isDone || owner.hasConn) return;
  const exchange = new Http2Exchange(owner, stream, session);
  watchStream(patches, stream, exchange);
  owner.onExchange(exchange);
  session?.claimDial(owner, stream);
  if (!stream.pending) exchange.onReady(now());
}

function begin(
  patches: Patches,
  stream: ClientHttp2Stream,
  session: WatchedSession | undefined,
  context: ContextNode | undefined,
): void {
  // Undici's has been announced, or is watched by nobody. One that is destroyed by now was refused while it was made.
  if (session === undefined || session.isUndicis || stream.destroyed) return;
  const time = now();
  const roundTrip = new Http2RoundTrip(stream.sentHeaders ?? {}, session.scheme);
  if (!resolveTraces(roundTrip, context)) return;
  if (context?.traces !== undefined) roundTrip.context = context;
  const exchange = new Http2Exchange(roundTrip, stream, session);
  roundTrip.onExchange(exchange);
  watchStream(patches, stream, exchange);
  roundTrip.roundTripStart(time);
  roundTrip.getConn(time, roundTrip.hostPort);
  session.claimDial(roundTrip, stream);
  if (!stream.pending) exchange.onReady(time);
}
