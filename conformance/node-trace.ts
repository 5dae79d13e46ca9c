import type { ClientTrace, TLSConnectionState } from '../src/index.ts';
import { hookError, kindOf, thrownError } from './node-errors.ts';
import { type HookName, type TraceScript, hookNames } from './scenario.ts';
import type { HookEvent, JsonValue } from './sequence.ts';

/** A request on its way, as a trace needs to know it. */
export interface Flight {
  readonly request: number;
  /** Lower-case names of the request fields that are compared. */
  readonly fields: ReadonlySet<string>;
  cancel(): void;
}

/** Makes the trace of a script; it reports for the flight that `current` tells when a hook is called. */
export function makeTrace(
  script: TraceScript,
  index: number,
  current: () => Flight,
  report: (event: HookEvent) => void,
): ClientTrace {
  const calls = new Map<HookName, number>();
  function emit(hook: HookName, args: Readonly<Record<string, JsonValue>> = {}): Error | undefined {
    const flight = current();
    report({ request: flight.request, trace: index, hook, args });
    const count = (calls.get(hook) ?? 0) + 1;
    calls.set(hook, count);
    for (const { hook: wanted, does, call = count } of script.actions ?? []) {
      if (wanted !== hook || call !== count) continue;
      if (does === 'returnError') return hookError;
      if (does === 'throw') throw thrownError;
      flight.cancel();
    }
    return undefined;
  }
  const all: Required<Pick<ClientTrace, HookName>> = {
    getConn: (hostPort) => void emit('getConn', { hostPort }),
    gotConn: ({ reused, wasIdle, idleTime }) =>
      void emit('gotConn', { reused, wasIdle, idleTime: sign(idleTime) }),
    putIdleConn: (err) => void emit('putIdleConn', { err: kindOf(err) }),
    gotFirstResponseByte: () => void emit('gotFirstResponseByte'),
    got100Continue: () => void emit('got100Continue'),
    got1xxResponse: (code, header) => emit('got1xxResponse', { code, header: { ...header } }),
    dnsStart: ({ host }) => void emit('dnsStart', { host }),
    dnsDone: ({ addrs, err, coalesced }) =>
      void emit('dnsDone', { addrs: addrs.map(({ address }) => address), err: kindOf(err), coalesced }),
    connectStart: (network, addr) => void emit('connectStart', { network, addr }),
    connectDone: (network, addr, err) => void emit('connectDone', { network, addr, err: kindOf(err) }),
    tlsHandshakeStart: () => void emit('tlsHandshakeStart'),
    tlsHandshakeDone: (state, err) => void emit('tlsHandshakeDone', tlsArguments(state, err)),
    wroteHeaderField: (key, value) => {
      if (current().fields.has(key.toLowerCase()))
        emit('wroteHeaderField', { key: key.toLowerCase(), value });
    },
    wroteHeaders: () => void emit('wroteHeaders'),
    wait100Continue: () => void emit('wait100Continue'),
    wroteRequest: ({ err }) => void emit('wroteRequest', { err: kindOf(err) }),
  };
  const wanted = script.hooks ?? hookNames;
  return Object.fromEntries(wanted.map((name) => [name, all[name]]));
}

function tlsArguments(state: TLSConnectionState, err: Error | null): Readonly<Record<string, JsonValue>> {
  return {
    version: state.version ?? '',
    alpnProtocol: state.alpnProtocol ?? '',
    serverName: state.serverName ?? '',
    resumed: state.resumed,
    peer: state.peerCertificates[0]?.subject ?? '',
    err: kindOf(err),
  };
}

function sign(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return 'unknown';
  return milliseconds > 0 ? '>0' : '0';
}
