import type { TLSConnectionState } from '../trace/client-trace.ts';

/** One address tried, while it is remembered. */
export interface Attempt {
  readonly network: 'tcp' | 'unix';
  readonly addr: string;
  readonly start: number;
  done: number | undefined;
  err: Error | null;
}

/** What a record builder remembers of its round trip's own dial. */
export class DialBuilder {
  host: string | undefined = undefined;
  addresses: readonly string[] | undefined = undefined;
  readonly attempts: Attempt[] = [];
  state: TLSConnectionState | undefined = undefined;
  dnsStartTime: number | undefined = undefined;
  dnsDoneTime: number | undefined = undefined;
  tlsStartTime: number | undefined = undefined;
  tlsDoneTime: number | undefined = undefined;
  handshakes = 0;

  get happened(): boolean {
    return this.dnsStartTime !== undefined || this.attempts.length > 0 || this.tlsStartTime !== undefined;
  }

  dnsStart(time: number, host: string): void {
    this.dnsStartTime = time;
    this.host = host;
  }

  dnsDone(time: number, addresses: readonly string[]): void {
    this.dnsDoneTime = time;
    this.addresses = addresses;
  }

  connectStart(time: number, network: 'tcp' | 'unix', addr: string): void {
    this.attempts.push({ network, addr, start: time, done: undefined, err: null });
  }

  connectDone(time: number, addr: string, err: Error | null): void {
    const attempt = this.attempts.find((one) => one.addr === addr && one.done === undefined);
    if (attempt === undefined) return;
    attempt.done = time;
    attempt.err = err;
  }

  /** The last handshake is the one with the origin; one before it was with the proxy. */
  tlsStart(time: number): void {
    this.tlsStartTime = time;
    this.tlsDoneTime = undefined;
    this.handshakes++;
  }

  tlsDone(time: number, state: TLSConnectionState): void {
    this.tlsDoneTime = time;
    this.state = state;
  }
}
