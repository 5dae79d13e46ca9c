import type { DNSAddress, TLSConnectionState } from '../trace/client-trace.ts';
import { HttptraceError } from '../trace/errors.ts';
import { loopIdle, withLoopIdle } from './clock.ts';
import type { RoundTrip } from './round-trip.ts';

/** What a dial was asked for. */
export interface DialTarget {
  /** Name, IP address, or path of a unix socket. The proxy's, when there is one. */
  readonly host: string;
  /** Undefined for a unix socket. */
  readonly port: number | undefined;
  /** `host` is a name that has to be looked up. */
  readonly isName: boolean;
}

/** An event of a dial that no round trip has claimed yet. */
type Told = (owner: RoundTrip) => void;

/**
 * DNS, TCP and TLS of one new connection. Its events go to the round trip that caused it. Where the round trip is not
 * known yet (an agent that dials before it hands over), they wait, and are told with their true times when it is.
 */
export class Dial {
  /** Whose hooks are called. */
  owner: RoundTrip | undefined;
  /** Undefined when the watch began after the dial. */
  readonly target: DialTarget | undefined;
  /** Whom the last attempt was to reach, where that is what the socket will say, too: asking it is a system call. */
  peer: { readonly address: string; readonly port: number } | undefined = undefined;
  /** What the last handshake agreed on. */
  tls: TLSConnectionState | undefined = undefined;

  #waiting: Told[] | undefined;
  #host: string | undefined = undefined;
  readonly #addrs: DNSAddress[] = [];
  #attempt: { readonly network: 'tcp' | 'unix'; readonly addr: string } | undefined = undefined;
  #handshakes = 0;

  constructor(owner: RoundTrip | undefined, target: DialTarget | undefined) {
    this.owner = owner;
    this.target = target;
    this.#waiting = owner === undefined ? [] : undefined;
  }

  /** `roundTrip` is the one this dial is for: it gets what has happened and what will. False when it has an owner. */
  claim(roundTrip: RoundTrip): boolean {
    if (this.owner !== undefined) return false;
    this.owner = roundTrip;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) for (const tell of waiting) tell(roundTrip);
    return true;
  }

  dnsStart(time: number, host: string): void {
    this.#host = host;
    this.#tell((owner) => owner.dnsStart(time, host));
  }

  /** One address of the answer; Node gives them one by one. */
  dnsAddress(address: string, family: number): void {
    this.#addrs.push({ address, family: family === 6 ? 6 : 4 });
  }

  dnsDone(time: number, err: Error | null): void {
    if (this.#host === undefined) return;
    this.#host = undefined;
    const info = { addrs: this.#addrs, err, coalesced: false };
    this.#tell((owner) => owner.dnsDone(time, info));
  }

  connectStart(time: number, network: 'tcp' | 'unix', addr: string): void {
    this.dnsDone(time, null);
    // Node's attempts follow one another; one that it gave up without an event is over when the next begins. An error is
    // made for nobody else: its stack takes as long as ten events.
    if (this.#attempt !== undefined) this.connectDone(time, canceled('the next address was tried'));
    this.#attempt = { network, addr };
    this.#tell((owner) => owner.connectStart(time, network, addr));
  }

  connectDone(time: number, err: Error | null): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    this.#attempt = undefined;
    this.#tell((owner) => owner.connectDone(time, attempt.network, attempt.addr, err));
  }

  tlsHandshakeStart(time: number): void {
    this.connectDone(time, null);
    this.#handshakes++;
    this.#tell((owner) => owner.tlsHandshakeStart(time));
  }

  tlsHandshakeDone(time: number, state: TLSConnectionState, err: Error | null): void {
    if (this.#handshakes === 0) return;
    this.#handshakes--;
    this.tls = state;
    this.#tell((owner) => owner.tlsHandshakeDone(time, state, err));
  }

  /** A lookup, an attempt or a handshake has begun and not ended. */
  get isOpen(): boolean {
    return this.#host !== undefined || this.#attempt !== undefined || this.#handshakes > 0;
  }

  /** The socket failed or was destroyed: whatever is open ends with `err`. */
  fail(time: number, err: Error, state: () => TLSConnectionState): void {
    this.dnsDone(time, err);
    this.connectDone(time, err);
    while (this.#handshakes > 0) this.tlsHandshakeDone(time, state(), err);
  }

  #tell(tell: Told): void {
    if (this.owner !== undefined) tell(this.owner);
    else if (this.#waiting !== undefined) {
      const idle = loopIdle();
      this.#waiting.push((owner) => withLoopIdle(idle, () => tell(owner)));
    }
  }
}

/** For what was cut off because its socket went away. */
export function canceled(why: string): HttptraceError {
  return new HttptraceError('ERR_HTTPTRACE_CANCELED', `canceled: ${why}`);
}
