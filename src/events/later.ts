import type { Hook } from '../trace/hooks.ts';

/** Each event has room for this many arguments. */
const ARGS = 3;

/** As many are kept for use again: more round trips than that hold their hooks at once only in a burst. */
const MAX_FREE = 64;

/**
 * Events whose hooks are called later, first to last. Used again: a fetch holds four, which as objects in an array were half a
 * kilobyte of new memory each time.
 */
export class LaterEvents {
  count = 0;
  readonly #hooks: Hook[] = [];
  readonly #times: number[] = [];
  readonly #args: unknown[] = [];
  #next: LaterEvents | undefined = undefined;

  static #free: LaterEvents | undefined = undefined;
  static #freeCount = 0;

  /** An empty list; to be {@link giveBack given back}. */
  static take(): LaterEvents {
    const one = LaterEvents.#free;
    if (one === undefined) return new LaterEvents();
    LaterEvents.#free = one.#next;
    LaterEvents.#freeCount--;
    one.#next = undefined;
    return one;
  }

  add(hook: Hook, time: number, a: unknown, b: unknown, c: unknown): void {
    const index = this.count++;
    this.#hooks[index] = hook;
    this.#times[index] = time;
    const args = this.#args;
    args[index * ARGS] = a;
    args[index * ARGS + 1] = b;
    args[index * ARGS + 2] = c;
  }

  hook(index: number): Hook {
    return this.#hooks[index]!;
  }

  time(index: number): number {
    return this.#times[index]!;
  }

  /** Argument `n` of its hook, from 0 on. */
  arg(index: number, n: 0 | 1 | 2): unknown {
    return this.#args[index * ARGS + n];
  }

  /** Nobody uses it any more; what its events were about is let go of. */
  giveBack(): void {
    this.#args.fill(undefined, 0, this.count * ARGS);
    this.count = 0;
    if (LaterEvents.#freeCount >= MAX_FREE) return;
    this.#next = LaterEvents.#free;
    LaterEvents.#free = this;
    LaterEvents.#freeCount++;
  }
}
