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
  tlsState: TLSConnectionState | undefined = undefined;
  tlsError: Error | null = null;
  handshakes = 0;

  dnsStart(host: string): void {
    this.host = host;
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

  tlsStart(): void {
    this.tlsState = undefined;
    this.handshakes++;
  }

  tlsDone(state: TLSConnectionState, err: Error | null): void {
    this.tlsState = state;
    this.tlsError = err;
  }
}
