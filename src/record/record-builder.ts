import { eventTime, loopIdle } from '../events/clock.ts';
import type { RoundTrip } from '../events/round-trip.ts';
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
import { CODES, Capture, type EventDetail } from './capture.ts';
import { connectionFacts } from './connection-record.ts';
import { DialBuilder } from './dial-builder.ts';
import { errorWord } from './error-record.ts';

/** What is told about a round trip's end. */
export type OnDone = (builder: RecordBuilder) => void;

/** The trace that captures one round trip. It only remembers; `makeRecord` makes data of it. */
export class RecordBuilder implements ClientTrace {
  readonly roundTrip: RoundTrip;
  /** Undefined when it was taken: the connection that a round trip opened keeps it and this, but not what was captured. */
  #capture: Capture | undefined;
  /** Undefined until the agent was asked to keep the connection. */
  #putIdleError: Error | null | undefined = undefined;
  #onDone: OnDone | undefined;

  constructor(roundTrip: RoundTrip, callSite: readonly string[] | undefined, onDone: OnDone) {
    this.roundTrip = roundTrip;
    this.#capture = new Capture(callSite);
    this.#onDone = onDone;
    roundTrip.detailed = true;
  }

  /** What was captured, once. A round trip that goes on is not captured any more. */
  take(): Capture | undefined {
    const capture = this.#capture;
    if (capture === undefined) return undefined;
    this.#capture = undefined;
    this.#onDone = undefined;
    capture.close(this.roundTrip, this.#putIdleError);
    this.#putIdleError = undefined;
    return capture;
  }

  roundTripStart(): void {
    this.#moment(CODES.roundTripStart);
  }

  getConn(hostPort: string): void {
    this.#event(CODES.getConn);
    if (this.#capture !== undefined) this.#capture.hostPort = hostPort;
  }

  gotConn(_info: GotConnInfo): void {
    this.#moment(CODES.gotConn);
    const { connection } = this.roundTrip;
    if (this.#capture === undefined || connection === undefined) return;
    this.#capture.use = connection.use;
    // Now, because a socket that has been closed by the end no longer knows its addresses. Read once a connection.
    connectionFacts(connection, this.roundTrip);
  }

  putIdleConn(err: Error | null): void {
    this.#event(CODES.putIdleConn, errorDetail(err));
    this.#putIdleError = err;
  }

  gotFirstResponseByte(): void {
    this.#moment(CODES.gotFirstResponseByte);
  }

  got100Continue(): void {
    this.#event(CODES.got100Continue);
  }

  got1xxResponse(code: number, header: HeaderMap): void {
    this.#event(CODES.got1xxResponse, { code });
    if (this.#capture === undefined) return;
    (this.#capture.informational ??= []).push({ status: code, time: eventTime(), header });
  }

  dnsStart({ host }: DNSStartInfo): void {
    this.#moment(CODES.dnsStart, { host });
    this.#dial()?.dnsStart(host);
  }

  dnsDone({ addrs, err }: DNSDoneInfo): void {
    const addresses = addrs.map(({ address }) => address);
    this.#event(CODES.dnsDone, { addrs: addresses.join(' '), ...errorDetail(err) });
    const dial = this.#dial();
    if (dial !== undefined) dial.addresses = addresses;
  }

  connectStart(network: 'tcp' | 'unix', addr: string): void {
    this.#moment(CODES.connectStart, { network, addr });
    this.#dial()?.connectStart(eventTime(), network, addr);
  }

  connectDone(network: 'tcp' | 'unix', addr: string, err: Error | null): void {
    this.#moment(CODES.connectDone, { network, addr, ...errorDetail(err) });
    this.#dial()?.connectDone(eventTime(), addr, err);
  }

  tlsHandshakeStart(): void {
    this.#moment(CODES.tlsHandshakeStart);
    this.#dial()?.tlsStart();
  }

  tlsHandshakeDone(state: TLSConnectionState, err: Error | null): void {
    const version = state.version === undefined ? {} : { version: state.version };
    this.#event(CODES.tlsHandshakeDone, { ...version, ...errorDetail(err) });
    this.#dial()?.tlsDone(state, err);
  }

  wroteHeaders(): void {
    this.#event(CODES.wroteHeaders);
    if (this.#capture !== undefined) this.#capture.sentHead = this.roundTrip.sentHead;
  }

  wait100Continue(): void {
    this.#event(CODES.wait100Continue);
  }

  wroteRequest({ err }: WroteRequestInfo): void {
    this.#moment(CODES.wroteRequest, errorDetail(err));
    if (this.#capture !== undefined) this.#capture.writeFailed = err !== null;
  }

  gotResponse(info: ResponseInfo): void {
    this.#moment(CODES.gotResponse);
    if (this.#capture === undefined) return;
    this.#capture.status = info.status;
    this.#capture.statusText = info.statusText;
    this.#capture.httpVersion = info.httpVersion;
  }

  gotLastResponseByte(): void {
    this.#moment(CODES.gotLastResponseByte);
  }

  roundTripDone({ err }: RoundTripDoneInfo): void {
    this.#moment(CODES.roundTripDone, errorDetail(err));
    if (this.#capture === undefined) return;
    this.#capture.done = true;
    this.#capture.error = err;
    this.#onDone?.(this);
  }

  /** An event that can bound a phase: how long the event loop had been idle then tells how busy it was in the phase. */
  #moment(code: number, detail?: EventDetail['detail']): void {
    this.#remember(code, loopIdle(), detail);
  }

  #event(code: number, detail?: EventDetail['detail']): void {
    this.#remember(code, Number.NaN, detail);
  }

  #remember(code: number, idle: number, detail: EventDetail['detail'] | undefined): void {
    const capture = this.#capture;
    if (capture === undefined) return;
    if (detail !== undefined) (capture.details ??= []).push({ at: capture.moments.length, detail });
    capture.moments.push(code, eventTime(), idle);
  }

  #dial(): DialBuilder | undefined {
    return this.#capture === undefined ? undefined : (this.#capture.dial ??= new DialBuilder());
  }
}

function errorDetail(err: Error | null): { readonly error: string } | undefined {
  return err === null ? undefined : { error: errorWord(err) };
}
