import type { FreePair, HookName, Scheme } from './scenario.ts';
import type { HookEvent, JsonValue, Outcome } from './sequence.ts';

/** Names of the clients that are compared with Go; columns of the table. */
export type ClientName = 'http' | 'https';

/**
 * A difference from Go that stands, with its reason, in the line of docs/fidelity.md that begins with its id. It is
 * allowed in the scenarios named here and nowhere else, and only in exactly this form.
 */
export interface Departure {
  readonly id: string;
  readonly clients: readonly ClientName[];
  readonly scenarios: readonly string[];
  /** Of these schemes only; of all when absent. */
  readonly schemes?: readonly Scheme[];
  /** What has to be changed in Go's run to have the client's. */
  readonly edits: readonly Edit[];
}

/** One change of a run; of all its requests when `request` is absent. */
export type Edit = { readonly request?: number } &
  /** All calls of a hook, or those from the one at `from` (0 is the first) on. */
  (
    | { readonly edit: 'remove'; readonly hook: HookName; readonly from?: number }
    /** One more call, before the first of another hook or at the end. */
    | {
        readonly edit: 'insert';
        readonly hook: HookName;
        readonly args?: HookEvent['args'];
        readonly before?: HookName;
      }
    /** All is as in Go's run of another scenario; comes before all other edits. */
    | { readonly edit: 'as'; readonly scenario: string }
    | {
        readonly edit: 'argument';
        readonly hook: HookName;
        readonly name: string;
        readonly value: JsonValue;
      }
    | { readonly edit: 'outcome'; readonly fields: Partial<Omit<Outcome, 'request'>> }
    | { readonly edit: 'free'; readonly pair: FreePair }
  );

export const departures: readonly Departure[] = [
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['untrusted-certificate'],
    edits: [
      { edit: 'argument', hook: 'tlsHandshakeDone', name: 'serverName', value: 'localhost' },
      { edit: 'argument', hook: 'tlsHandshakeDone', name: 'version', value: 'TLSv1.3' },
      { edit: 'argument', hook: 'tlsHandshakeDone', name: 'peer', value: 'CN=localhost' },
    ],
  },
  {
    id: 'tls-peer-when-resumed',
    clients: ['https'],
    scenarios: ['resumed-session'],
    edits: [{ request: 1, edit: 'argument', hook: 'tlsHandshakeDone', name: 'peer', value: '' }],
  },
  {
    id: 'informational-first-error',
    clients: ['http', 'https'],
    scenarios: ['newer-trace-refuses-informational'],
    edits: [
      { edit: 'remove', hook: 'putIdleConn' },
      { edit: 'outcome', fields: { status: 0, bytes: 0, error: 'hook' } },
    ],
  },
];
