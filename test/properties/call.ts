import type { RequestPlan } from './plan.ts';

/** A moment that both sides of a run know. */
export class Moment {
  readonly come: Promise<void>;
  #hasCome = false;
  #tell!: () => void;

  constructor() {
    this.come = new Promise((resolve) => (this.#tell = resolve));
  }

  get hasCome(): boolean {
    return this.#hasCome;
  }

  tell(): void {
    this.#hasCome = true;
    this.#tell();
  }
}

/** What a request came to, as its sender sees it. */
export type Result =
  | {
      readonly ok: true;
      readonly status: number;
      readonly header: readonly string[];
      readonly body: string;
    }
  | { readonly ok: false; readonly error: string };

/** One request of a run: what its client and its server have in common. */
export class Call {
  readonly index: number;
  readonly request: RequestPlan;
  readonly abort = new AbortController();
  /** The client has the head of the answer. */
  readonly answered = new Moment();
  /** The client is done with it. */
  readonly settled = new Moment();
  result: Result | undefined;
  /** What the server got of it, when it got a head. */
  served: { readonly head: readonly string[]; readonly port: number } | undefined;

  constructor(index: number, request: RequestPlan) {
    this.index = index;
    this.request = request;
  }
}

/** A turn of the event loop. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
