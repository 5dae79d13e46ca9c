import type { Mark } from './hook-names.ts';

/** Something that a client has reported of a request. */
export interface Marked {
  readonly hook: Mark;
  readonly request: number;
}

/** Counts the hooks that a client's traces report, and lets scripts wait for them. */
export class HookWatch {
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  observe({ hook, request }: Marked): void {
    for (const key of [hook, `${request} ${hook}`]) this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1);
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when the hook has been reported so many times, of one request or in all; rejects when `signal` is aborted. */
  async reported(
    hook: Mark,
    options: { readonly times?: number; readonly request?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { times = 1, request, signal } = options;
    const key = request === undefined ? hook : `${request} ${hook}`;
    while ((this.#seen.get(key) ?? 0) < times) {
      if (signal?.aborted === true) throw new Error(`the connection ended before ${key} was reported`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal?.addEventListener('abort', wake);
      });
    }
  }
}
