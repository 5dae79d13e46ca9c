import type { TLSConnectionState } from '../trace/client-trace.ts';

/** One address tried, while it is remembered. */
export interface Attempt {
  readonly network: 'tcp' | 'unix';
  readonly addr: string;
  /** Its `connectStart` and `connectDone` among the events that were captured; -1 for one that has not come. */
  readonly startedAt: number;
  doneAt: number;
  err: Error | null;
}

const NOT_YET = -1;

/** What a record builder remembers of its round trip's own dial. */
export class DialBuilder {
  host: string | undefined = undefined;
  addresses: readonly string[] | undefined = undefined;
  attempts: readonly Attempt[] = [];
  tlsState: TLSConnectionState | undefined = undefined;
  tlsError: Error | null = null;
  handshakes = 0;

  dnsStart(host: string): void {
    this.host = host;
  }

  connectStart(at: number, network: 'tcp' | 'unix', addr: string): void {
    const attempt = { network, addr, startedAt: at, doneAt: NOT_YET, err: null };
    // Mostly there is one. An array that is pushed to has room for 16 more.
    this.attempts = this.attempts.length === 0 ? [attempt] : [...this.attempts, attempt];
  }

  connectDone(at: number, addr: string, err: Error | null): void {
    const attempt = this.attempts.find((one) => one.addr === addr && one.doneAt === NOT_YET);
    if (attempt === undefined) return;
    attempt.doneAt = at;
    attempt.err = err;
  }

  /**
   * It has what must not be kept until somebody asks: an error's stack keeps what it was made in, and a handshake's state the
   * peer's certificates.
   */
  get mustBeMade(): boolean {
    return (
      this.tlsState !== undefined || this.tlsError !== null || this.attempts.some(({ err }) => err !== null)
    );
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
