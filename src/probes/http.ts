import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import diagnostics from 'node:diagnostics_channel';
import type { Duplex } from 'node:stream';
import { now } from '../events/clock.ts';
import { defaultPort } from '../events/host-port.ts';
import { reportFailure } from '../trace/call.ts';
import { Context, type ContextNode, currentNode } from '../trace/context.ts';
import { isPassedOver, isWatched, resolveTraces } from '../trace/trace-list.ts';
import { watchConnect } from './agent-connect.ts';
import { apart } from './apart.ts';
import { dialingFor, isDialWatched } from './dial.ts';
import { HttpOrigin } from './http-origin.ts';
import { RoundTrips } from './http-requests.ts';
import { type CoreAgent, HttpRoundTrip, agentOf, roundTripOf } from './http-round-trip.ts';
import { Marking } from './marking.ts';
import type { Patches } from './patches.ts';
import { unwatchParsers, watchParsers } from './response-parser.ts';

/**
 * The probe for node:http and node:https, and all that is built on them. A request is seen when it asks its agent for a
 * connection (`Agent#addRequest`: the exact moment and target); without a core agent at the end of its constructor
 * (channel `http.client.request.created`, Node >= 22.12), or else when it gets its socket. From then on `emit` of the
 * request tells the rest. Untraced requests pay for one look at each of these, at a counter where no round trip is open.
 */

/** `http.Agent.prototype`; node:http is not imported, because importing httptrace loads nothing. */
let coreAgent: CoreAgent | undefined;
let installed: Patches | undefined;

export function installHttp(patches: Patches): void {
  installed = patches;
  patches.onUndo(() => (installed = undefined));
  const http = process.getBuiltinModule('node:http');
  // What @types/node leaves out of Agent: methods that it documents or that all its subclasses rely on.
  const agent = http.Agent.prototype as Agent & CoreAgent;
  coreAgent = agent;
  watchParsers(patches, roundTripOf);
  patches.onUndo(unwatchParsers);

  patches.wrap(
    agent,
    'addRequest',
    (original) =>
      function addRequest(
        this: Agent,
        request: ClientRequest,
        options: RequestOptions | string,
        port: unknown,
      ): unknown {
        apart(beforeAddRequest, this, request, options, port);
        try {
          // As node:http calls it. A direct call needs no array of arguments.
          if (arguments.length === 2) return original.call(this, request, options) as unknown;
          return Reflect.apply(original, this, arguments);
        } catch (error) {
          // A bad port, a lookup that is no function: http.request() throws, and the request never emits anything.
          rejected(request, error);
          throw error;
        }
      },
  );

  patches.wrap(agent, 'createSocket', (original) => {
    function watched(this: Agent, request: ClientRequest): unknown {
      return openFor(RoundTrips.of(request), original, this, arguments);
    }
    return function createSocket(this: Agent, request: ClientRequest): unknown {
      const isWatched =
        RoundTrips.of(request) !== undefined || currentNode()?.traces !== undefined || isDialWatched();
      // `arguments` go to `apply` alone, for the reason that `connect` of dial.ts has.
      return Reflect.apply(isWatched ? watched : original, this, arguments);
    };
  });

  patches.wrap(
    http.ClientRequest.prototype,
    'onSocket',
    (original) =>
      function onSocket(this: ClientRequest, socket: unknown, error: unknown): unknown {
        apart(beginLate, this, undefined, undefined, undefined);
        if (arguments.length === 2) return original.call(this, socket, error) as unknown;
        return Reflect.apply(original, this, arguments);
      },
  );

  const created = (message: unknown): void => {
    // The channel's message by Node's documentation.
    beginLate((message as { request: ClientRequest }).request);
  };
  diagnostics.subscribe('http.client.request.created', created);
  patches.onUndo(() => diagnostics.unsubscribe('http.client.request.created', created));

  patches.wrap(
    http.ClientRequest.prototype,
    'emit',
    (original) =>
      function emit(this: ClientRequest, event: unknown, argument: unknown): unknown {
        const watched = RoundTrips.isAnyOpen() ? apart(before, this, event, argument, undefined) : undefined;
        // Nearly all events have no argument or one. A direct call can be inlined, and needs no array of arguments.
        const handled: unknown =
          arguments.length === 2
            ? original.call(this, event, argument)
            : arguments.length === 1
              ? original.call(this, event)
              : Reflect.apply(original, this, arguments);
        if (watched !== undefined) apart(afterSocket, watched, undefined, undefined, undefined);
        return handled;
      },
  );
}

function openFor(
  roundTrip: HttpRoundTrip | undefined,
  createSocket: Function,
  agent: Agent,
  args: ArrayLike<unknown>,
): unknown {
  if (roundTrip !== undefined) roundTrip.dialled = true;
  const open = (): unknown => Reflect.apply(createSocket, agent, args);
  return dialingFor(roundTrip ?? null, () => inContextOf(roundTrip, open));
}

function beforeAddRequest(
  agent: Agent,
  request: ClientRequest,
  options: RequestOptions | string,
  port: unknown,
): void {
  const context = currentNode();
  if (!isWatched(context)) return Marking.requestNotWatched();
  if (!RoundTrips.isDecided(request)) {
    if (isPassedOver(context)) Marking.requestNotWatched();
    else begin(request, context, agentOrigin(agent, request, options, port));
  }
  if (installed !== undefined && !dialsAsCore(agent))
    watchConnect(installed, agent, (one) => RoundTrips.of(one));
}

function rejected(request: ClientRequest, error: unknown): void {
  RoundTrips.of(request)?.onRejected(error);
}

function afterSocket(roundTrip: HttpRoundTrip): void {
  roundTrip.afterSocket();
}

/**
 * Tells the round trip of `request`, if it has one, what that is about to emit. Returns it when it wants to be told after
 * that, too. A bug of ours must not become the program's.
 */
function before(request: ClientRequest, event: unknown, argument: unknown): HttpRoundTrip | undefined {
  const roundTrip = RoundTrips.of(request);
  if (roundTrip === undefined) return undefined;
  try {
    tell(roundTrip, event, argument);
  } catch (error) {
    reportFailure(RoundTrips, 'probe', error);
  }
  return event === 'socket' ? roundTrip : undefined;
}

function tell(roundTrip: HttpRoundTrip, event: unknown, argument: unknown): void {
  // Argument types are those of ClientRequest's documented events.
  switch (event) {
    case 'socket':
      return roundTrip.onSocket(argument as Duplex);
    case 'continue':
      return roundTrip.onContinue();
    case 'information': {
      const { statusCode, rawHeaders } = argument as { statusCode: number; rawHeaders: readonly string[] };
      return roundTrip.onInformation(statusCode, rawHeaders);
    }
    case 'response':
      return roundTrip.onResponse(argument as IncomingMessage);
    case 'upgrade':
    case 'connect':
      return roundTrip.onHandOver(argument as IncomingMessage);
    case 'finish':
      return roundTrip.onFinish();
    case 'error':
      return roundTrip.onError(argument as Error);
    case 'close':
      return roundTrip.onRequestClose();
    default:
      return undefined;
  }
}

function begin(request: ClientRequest, context: ContextNode | undefined, origin: HttpOrigin): void {
  const time = now();
  const agent = agentOf(request);
  const roundTrip = new HttpRoundTrip(request, origin, agent !== undefined && dialsAsCore(agent));
  if (!resolveTraces(roundTrip, context)) {
    RoundTrips.notWatched(request);
    return;
  }
  if (context?.traces !== undefined) roundTrip.context = context;
  RoundTrips.begun(request, roundTrip);
  roundTrip.roundTripStart(time);
  roundTrip.getConn(time, origin.hostPort);
}

/** It opens its sockets by node:http's own `createSocket`, which is wrapped. */
function dialsAsCore(agent: CoreAgent): boolean {
  return agent.createSocket === coreAgent?.createSocket;
}

/** For requests that do not come by a core agent: `createConnection`, ws, agent-base 6, agent-like objects. */
function beginLate(request: ClientRequest): void {
  const agent = agentOf(request);
  // addRequest has decided already, in the requester's context; here it may be another one.
  if (agent !== undefined && agent.addRequest === coreAgent?.addRequest) return;
  const context = currentNode();
  if (!isWatched(context) || RoundTrips.isDecided(request)) return;
  // Marked, because this is asked by two ways.
  if (isPassedOver(context)) RoundTrips.notWatched(request);
  else begin(request, context, lateOrigin(request));
}

/**
 * node:http opens the socket of a queued request while another request's socket closes, in that request's async
 * context. The queued request's own context is the right one; and none when it has no traces.
 */
function inContextOf<R>(roundTrip: HttpRoundTrip | undefined, fn: () => R): R {
  const current = currentNode();
  const context = roundTrip?.context;
  if (current === context || current?.traces === undefined) return fn();
  return (context ?? Context.background).run(fn);
}

function agentOrigin(
  agent: Agent,
  request: ClientRequest,
  options: RequestOptions | string,
  legacyPort: unknown,
): HttpOrigin {
  // The old form addRequest(request, host, port) is still accepted by node:http and used by old agents.
  const host = typeof options === 'string' ? options : options.host;
  const port: unknown = typeof options === 'string' ? legacyPort : options.port;
  const protocol = protocolOf(request, agent);
  const given = typeof port === 'number' || typeof port === 'string' ? String(port) : '';
  return HttpOrigin.of(protocol, host || 'localhost', given || defaultPort(protocol));
}

/** The port is known only to the agent; without one it is read from the Host field. */
function lateOrigin(request: ClientRequest): HttpOrigin {
  const protocol = protocolOf(request, undefined);
  const field = request.getHeader('host');
  const port = typeof field === 'string' ? /:(\d+)$/.exec(field)?.[1] : undefined;
  return HttpOrigin.of(protocol, request.host || 'localhost', port ?? defaultPort(protocol));
}

function protocolOf(request: ClientRequest, agent: Agent | undefined): string {
  const agentProtocol = (agent as { readonly protocol?: unknown } | undefined)?.protocol;
  return request.protocol || (typeof agentProtocol === 'string' ? agentProtocol : 'http:');
}
