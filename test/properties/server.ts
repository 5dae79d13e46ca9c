import type { Call } from './call.ts';

/** A server that answers each request of a run as the run's plan says. */
export interface PlanServer {
  readonly port: number;
  /** From now on requests are those of `calls`. */
  begin(calls: readonly Call[]): void;
  /** How many connections it was asked for since. */
  accepted(): number;
  /** Resolves when what the server has ended is known to its client. */
  rest(): Promise<void>;
  /** Resolves when no connection is left. */
  gone(): Promise<void>;
  close(): void;
}
