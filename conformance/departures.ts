import type { FreePair, HookName, Scheme } from './scenario.ts';
import type { HookEvent, JsonValue, Outcome } from './sequence.ts';

/** Names of the clients that are compared with Go; columns of the table. */
export type ClientName = 'http' | 'https' | 'fetch' | 'undici6' | 'undici7' | 'undici8' | 'http2';

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
  /** On these major versions of Node only; on all when absent. */
  readonly nodes?: readonly number[];
  /** How the server's script was not followed; no way when absent. */
  readonly problems?: readonly string[];
  /** What has to be changed in Go's run to have the client's. */
  readonly edits: readonly Edit[];
}

/** One change of a run; of all its requests when `request` is absent. */
export type Edit = { readonly request?: number } & Change;

type Change =
  /** All is as in Go's run of another scenario, or the request as the first of another scenario; comes first. */
  | { readonly edit: 'as'; readonly scenario: string }
  /** What comes before the so many-th call of a hook, and no more. */
  | { readonly edit: 'until'; readonly hook: HookName; readonly call: number }
  /** None of the calls of a hook. */
  | { readonly edit: 'remove'; readonly hook: HookName }
  /** One more call, before the first of another hook or at the end. */
  | {
      readonly edit: 'insert';
      readonly hook: HookName;
      readonly args?: HookEvent['args'];
      readonly before?: HookName;
    }
  /** Another argument. */
  | {
      readonly edit: 'argument';
      readonly hook: HookName;
      readonly name: string;
      readonly value: JsonValue;
    }
  /** Another result for the caller. */
  | { readonly edit: 'outcome'; readonly fields: Partial<Omit<Outcome, 'request'>> }
  /** Two hooks that come in either order. */
  | { readonly edit: 'free'; readonly pair: FreePair };

export { departures } from './departure-list.ts';
