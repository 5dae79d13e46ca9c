import type { Hook } from '../trace/hooks.ts';
import { FreeList } from './free-list.ts';

/** Each event has room for this many arguments. */
const ARGS = 3;

/**
 * Events whose hooks are called later, first to last. Used again: a fetch holds four, which as objects in an array were half a
 * kilobyte of new memory each time.
 */
export class LaterEvents {
  count = 0;
  readonly #hooks: Hook[] = [];
  readonly #times: number[] = [];
  readonly #args: unknown[] = [];
  /** In the list of those that are used again. */
  next: LaterEvents | undefined = undefined;

  static readonly #unused = new FreeList<LaterEvents>();

  /** An empty list; to be {@link giveBack given back}. */
  static take(): LaterEvents {
    return LaterEvents.#unused.take() ?? new LaterEvents();
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

  /** What its events were about is let go of. */
  clear(): void {
    const args = this.#args;
    // `fill` is C++ in V8, and entering that takes as long as telling two events.
    for (let i = 0; i < this.count * ARGS; i++) args[i] = undefined;
    this.count = 0;
  }

  /** Nobody uses it any more. */
  giveBack(): void {
    LaterEvents.#unused.give(this);
  }
}
