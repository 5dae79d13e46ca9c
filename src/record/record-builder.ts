import { loopIdleAt } from '../events/clock.ts';
import type { EventSink, RoundTrip } from '../events/round-trip.ts';
import type {
  DNSDoneInfo,
  DNSStartInfo,
  HeaderMap,
  ResponseInfo,
  RoundTripDoneInfo,
  TLSConnectionState,
  WroteRequestInfo,
} from '../trace/client-trace.ts';
import { HOOKS, type Hook, type HookName } from '../trace/hooks.ts';
import type { Capture, EventDetail } from './capture.ts';
import { connectionFacts } from './connection-record.ts';
import { errorDetail } from './error-record.ts';

/** Whose round trips are captured. */
export interface BuilderOwner {
  /** The round trip of `builder` is over. */
  finish(builder: RecordBuilder): void;
}

/** Captures one round trip. It only remembers; `makeRecord` makes data of it. */
export class RecordBuilder implements EventSink {
  readonly roundTrip: RoundTrip;
  readonly owner: BuilderOwner;
  /** Undefined when it was taken: the connection that a round trip opened keeps it and this, but not what was captured. */
  #capture: Capture | undefined;
  /** Undefined until the agent was asked to keep the connection. */
  #putIdleError: Error | null | undefined = undefined;
  // Neighbours among those that its owner has open.
  earlier: RecordBuilder | undefined = undefined;
  later: RecordBuilder | undefined = undefined;

  /** @param capture - an empty one. */
  constructor(roundTrip: RoundTrip, capture: Capture, owner: BuilderOwner) {
    this.roundTrip = roundTrip;
    this.owner = owner;
    this.#capture = capture;
    roundTrip.addSink(this);
  }

  /** What was captured, once. A round trip that goes on is not captured any more. */
  take(): Capture | undefined {
    const capture = this.#capture;
    if (capture === undefined) return undefined;
    this.#capture = undefined;
    this.roundTrip.removeSink(this);
    capture.close(this.roundTrip, this.#putIdleError);
    this.#putIdleError = undefined;
    return capture;
  }

  event(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): void {
    const capture = this.#capture;
    if (capture === undefined) return;
    const at = capture.length;
    const bit = 1 << hook.code;
    const bounds = (bit & BOUNDS) !== 0 && this.#bounds(hook, capture);
    capture.add(hook.code, time, bounds ? loopIdleAt(time) : Number.NaN);
    if ((bit & TELLING) === 0) return;
    const detail = this.#remember(capture, at, hook, time, a, b, c);
    if (detail !== undefined) (capture.details ??= []).push({ at, detail });
    if (hook === HOOKS.roundTripDone) this.owner.finish(this);
  }

  /** Whether a phase can begin or end with this very event: the loop's idle time then tells how busy the loop was. */
  #bounds(hook: Hook, capture: Capture): boolean {
    // After a 1xx the final head is what was waited for, else the first byte.
    if (hook === HOOKS.gotResponse) return capture.informational !== undefined;
    // A round trip whose last byte came has ended with that.
    return hook !== HOOKS.roundTripDone || !this.roundTrip.lastByteSeen;
  }

  /**
   * Keeps what an event tells, whose arguments are of the types that its hook's have. Returns what is told by no field of
   * the record.
   *
   * @param at - where the event is among those captured.
   */
  #remember(
    capture: Capture,
    at: number,
    hook: Hook,
    time: number,
    a: unknown,
    b: unknown,
    c: unknown,
  ): EventDetail['detail'] | undefined {
    switch (hook) {
      case HOOKS.getConn:
        capture.hostPort = a as string;
        return undefined;
      case HOOKS.gotConn: {
        const { connection } = this.roundTrip;
        if (connection === undefined) return undefined;
        // Now, because a socket that has been closed by the end no longer knows its addresses. Read once a connection.
        capture.got(connection, connectionFacts(connection, this.roundTrip));
        return undefined;
      }
      case HOOKS.wroteHeaders:
        capture.sentHead = this.roundTrip.sentHead;
        return undefined;
      case HOOKS.wroteRequest: {
        const { err } = a as WroteRequestInfo;
        capture.writeFailed = err !== null;
        return errorDetail(err);
      }
      case HOOKS.gotResponse: {
        const { status, statusText, httpVersion } = a as ResponseInfo;
        const last = this.roundTrip.connection?.lastResponse;
        capture.status = status;
        capture.statusText = last === undefined ? statusText : last.statusText(statusText);
        capture.httpVersion = last === undefined ? httpVersion : last.httpVersion(httpVersion);
        return undefined;
      }
      case HOOKS.putIdleConn:
        this.#putIdleError = a as Error | null;
        return errorDetail(a as Error | null);
      case HOOKS.roundTripDone: {
        const { err } = a as RoundTripDoneInfo;
        capture.done = true;
        capture.error = err;
        return errorDetail(err);
      }
      case HOOKS.got1xxResponse:
        (capture.informational ??= []).push({ status: a as number, time, header: b as HeaderMap });
        return { code: a as number };
      case HOOKS.dnsStart: {
        const { host } = a as DNSStartInfo;
        capture.dialled().dnsStart(host);
        return { host };
      }
      case HOOKS.dnsDone: {
        const { addrs, err } = a as DNSDoneInfo;
        const addresses = addrs.map(({ address }) => address);
        capture.dialled().addresses = addresses;
        return { addrs: addresses.join(' '), ...errorDetail(err) };
      }
      case HOOKS.connectStart:
        capture.dialled().connectStart(at, a as 'tcp' | 'unix', b as string);
        return undefined;
      case HOOKS.connectDone:
        capture.dialled().connectDone(at, b as string, c as Error | null);
        return undefined;
      case HOOKS.tlsHandshakeStart:
        capture.dialled().tlsStart();
        return undefined;
      case HOOKS.tlsHandshakeDone: {
        const state = a as TLSConnectionState;
        const err = b as Error | null;
        capture.dialled().tlsDone(state, err);
        const version = state.version === undefined ? {} : { version: state.version };
        return { ...version, ...errorDetail(err) };
      }
      default:
        return undefined;
    }
  }
}

/** Hooks, a bit each by its code. */
function bits(...names: readonly HookName[]): number {
  return names.reduce((all, name) => all | (1 << HOOKS[name].code), 0);
}

/** Whose events can begin or end a phase. */
const BOUNDS = bits(
  'roundTripStart',
  'gotConn',
  'dnsStart',
  'connectStart',
  'connectDone',
  'tlsHandshakeStart',
  'wroteRequest',
  'gotFirstResponseByte',
  'gotResponse',
  'gotLastResponseByte',
  'roundTripDone',
);

/** Whose events tell more than their time. */
const TELLING = ~bits(
  'roundTripStart',
  'gotFirstResponseByte',
  'gotLastResponseByte',
  'got100Continue',
  'wait100Continue',
);
