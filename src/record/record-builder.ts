import { eventTime, now } from '../events/clock.ts';
import type { Connection, ConnectionUse as Use } from '../events/connection.ts';
import type { FieldGroup, RoundTrip } from '../events/round-trip.ts';
import type {
  ClientTrace,
  DNSDoneInfo,
  DNSStartInfo,
  GotConnInfo,
  HeaderMap,
  ResponseInfo,
  RoundTripDoneInfo,
  TLSConnectionState,
  WroteRequestInfo,
} from '../trace/client-trace.ts';
import { connectionFacts } from './connection-record.ts';
import { DialBuilder } from './dial-builder.ts';
import { errorWord } from './error-record.ts';
import { microseconds } from './phases.ts';
import type { RecordedEvent } from './types.ts';

/** What is told about a round trip's end. */
export type OnDone = (builder: RecordBuilder) => void;

/**
 * The trace that gathers what a record needs of one round trip. It only remembers; `makeRecord` makes data of it when
 * the round trip is over, so that recording costs little while the request is under way.
 */
export class RecordBuilder implements ClientTrace {
  readonly roundTrip: RoundTrip;
  readonly callSite: readonly string[] | undefined;
  readonly events: RecordedEvent[] = [];
  readonly dial = new DialBuilder();
  readonly informational: { status: number; time: number; header: HeaderMap }[] = [];
  start = microseconds(now());
  requestFields: readonly FieldGroup[] | undefined = undefined;
  response: ResponseInfo | undefined = undefined;
  connection: Connection | undefined = undefined;
  use: Use | undefined = undefined;
  gotConnTime: number | undefined = undefined;
  /** Undefined also when writing failed. */
  wroteRequestTime: number | undefined = undefined;
  firstByteTime: number | undefined = undefined;
  responseTime: number | undefined = undefined;
  lastByteTime: number | undefined = undefined;
  doneTime: number | undefined = undefined;
  /** Undefined until the agent was asked to keep the connection. */
  putIdleError: Error | null | undefined = undefined;
  error: Error | null = null;
  #onDone: OnDone | undefined;

  constructor(roundTrip: RoundTrip, callSite: readonly string[] | undefined, onDone: OnDone) {
    this.roundTrip = roundTrip;
    this.callSite = callSite;
    this.#onDone = onDone;
    roundTrip.detailed = true;
  }

  roundTripStart(): void {
    this.start = this.#event('roundTripStart');
  }

  getConn(hostPort: string): void {
    this.#event('getConn', { hostPort });
  }

  gotConn({ reused, wasIdle, idleTime }: GotConnInfo): void {
    this.gotConnTime = this.#event(
      'gotConn',
      !wasIdle || idleTime === undefined
        ? { reused, wasIdle }
        : { reused, wasIdle, idleTime: microseconds(idleTime) },
    );
    this.connection = this.roundTrip.connection;
    this.use = this.connection?.use;
    // Now, because a socket that has been closed by the end no longer knows its addresses. Read once a connection.
    if (this.connection !== undefined) connectionFacts(this.connection, this.roundTrip);
  }

  putIdleConn(err: Error | null): void {
    this.#event('putIdleConn', errorDetail(err));
    this.putIdleError = err;
  }

  gotFirstResponseByte(): void {
    this.firstByteTime = this.#event('gotFirstResponseByte');
  }

  got100Continue(): void {
    this.#event('got100Continue');
  }

  got1xxResponse(code: number, header: HeaderMap): void {
    this.informational.push({ status: code, time: this.#event('got1xxResponse', { code }), header });
  }

  dnsStart({ host }: DNSStartInfo): void {
    this.dial.dnsStart(this.#event('dnsStart', { host }), host);
  }

  dnsDone({ addrs, err }: DNSDoneInfo): void {
    this.dial.addresses = addrs.map(({ address }) => address);
    this.#event('dnsDone', { addrs: this.dial.addresses.join(' '), ...errorDetail(err) });
  }

  connectStart(network: 'tcp' | 'unix', addr: string): void {
    this.dial.connectStart(this.#event('connectStart', { network, addr }), network, addr);
  }

  connectDone(network: 'tcp' | 'unix', addr: string, err: Error | null): void {
    this.dial.connectDone(this.#event('connectDone', { network, addr, ...errorDetail(err) }), addr, err);
  }

  tlsHandshakeStart(): void {
    this.dial.tlsStart(this.#event('tlsHandshakeStart'));
  }

  tlsHandshakeDone(state: TLSConnectionState, err: Error | null): void {
    const version = state.version === undefined ? {} : { version: state.version };
    this.#event('tlsHandshakeDone', { ...version, ...errorDetail(err) });
    this.dial.tlsDone(state, err);
  }

  wroteHeaders(): void {
    this.#event('wroteHeaders');
    this.requestFields = this.roundTrip.requestFields;
  }

  wait100Continue(): void {
    this.#event('wait100Continue');
  }

  wroteRequest({ err }: WroteRequestInfo): void {
    const time = this.#event('wroteRequest', errorDetail(err));
    if (err === null) this.wroteRequestTime = time;
  }

  gotResponse(info: ResponseInfo): void {
    this.responseTime = this.#event('gotResponse', { status: info.status });
    this.response = info;
  }

  gotLastResponseByte(): void {
    this.lastByteTime = this.#event('gotLastResponseByte');
  }

  roundTripDone({ err }: RoundTripDoneInfo): void {
    this.doneTime = this.#event('roundTripDone', errorDetail(err));
    this.error = err;
    this.#onDone?.(this);
    // The connection that it opened keeps the round trip, but not its recorder and not its errors: the stack of an error
    // keeps the request.
    this.#onDone = undefined;
    this.error = null;
    this.putIdleError = undefined;
    this.dial.attempts.length = 0;
  }

  #event(name: string, detail?: RecordedEvent['detail']): number {
    const time = microseconds(eventTime());
    this.events.push(detail === undefined ? { name, time } : { name, time, detail });
    return time;
  }
}

function errorDetail(err: Error | null): { readonly error: string } | undefined {
  return err === null ? undefined : { error: errorWord(err) };
}
