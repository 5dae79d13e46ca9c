import type { TLSConnectionState } from '../trace/client-trace.ts';

/** One address tried, while it is remembered. */
export interface Attempt {
  network: 'tcp' | 'unix';
  addr: string;
  /** Its `connectStart` and `connectDone` among the events that were captured; -1 for one that has not come. */
  startedAt: number;
  doneAt: number;
  err: Error | null;
}

const NOT_YET = -1;
const NO_ATTEMPTS: readonly Attempt[] = [];

/** What a record builder remembers of its round trip's own dial. Used again with its capture ({@link clear}). */
export class DialBuilder {
  host: string | undefined = undefined;
  addresses: readonly string[] | undefined = undefined;
  attempts = NO_ATTEMPTS;
  /** Mostly there is one. */
  readonly #first: Attempt = { network: 'tcp', addr: '', startedAt: NOT_YET, doneAt: NOT_YET, err: null };
  readonly #onlyFirst: readonly Attempt[] = [this.#first];
  tlsState: TLSConnectionState | undefined = undefined;
  tlsError: Error | null = null;
  handshakes = 0;

  dnsStart(host: string): void {
    this.host = host;
  }

  connectStart(at: number, network: 'tcp' | 'unix', addr: string): void {
    if (this.attempts.length > 0) {
      // An array that is pushed to has room for 16 more.
      this.attempts = [...this.attempts, { network, addr, startedAt: at, doneAt: NOT_YET, err: null }];
      return;
    }
    const first = this.#first;
    first.network = network;
    first.addr = addr;
    first.startedAt = at;
    this.attempts = this.#onlyFirst;
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

  /** Forgets all of it, so that it can be another dial's. */
  clear(): void {
    this.host = undefined;
    this.addresses = undefined;
    this.attempts = NO_ATTEMPTS;
    this.#first.addr = '';
    this.#first.doneAt = NOT_YET;
    this.#first.err = null;
    this.tlsState = undefined;
    this.tlsError = null;
    this.handshakes = 0;
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
