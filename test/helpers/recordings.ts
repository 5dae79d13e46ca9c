import assert from 'node:assert/strict';
import { onTestFinished } from 'vitest';

import { Context, observe, runWithClientTrace, type ClientTrace } from '../../src/index.ts';
import { EventRecorder } from './event-recorder.ts';

/** How a test watches: through the async context, or process-wide. */
export type WatchMode = 'context' | 'observe';

/** After this long what has not ended is reported; nothing waits for it to pass. */
const PATIENCE = 5000;

/** All round trips of one test, each with a recorder. When the test has finished, all must have ended by the contract. */
export class Recordings {
  readonly roundTrips: EventRecorder[] = [];
  readonly #waiting: { readonly index: number; readonly resolve: (recorder: EventRecorder) => void }[] = [];

  /** Traces what `fn` does. */
  run<R>(fn: () => R): R {
    return runWithClientTrace(this.factory, fn);
  }

  /** Traces what `fn` does up to its first await in `mode`. */
  watch<R>(mode: WatchMode, fn: () => R): R {
    if (mode === 'context') return this.run(fn);
    const observer = observe(this.observer);
    const result = fn();
    if (!(result instanceof Promise)) {
      observer[Symbol.dispose]();
      return result;
    }
    // A promise of the same value, only later.
    return result.finally(() => observer[Symbol.dispose]()) as R;
  }

  /** For `withClientTrace`: hooks have to run in the context of the request. */
  readonly factory = (): ClientTrace => this.#add(new EventRecorder(Context.current())).trace;

  /** For `observe`: hooks run in any context. */
  readonly observer = (): ClientTrace => this.#add(new EventRecorder()).trace;

  /** The round trip number `index` (the first is 0), when it has begun. */
  async at(index: number): Promise<EventRecorder> {
    return this.roundTrips[index] ?? (await new Promise((resolve) => this.#waiting.push({ index, resolve })));
  }

  /** The only round trip. */
  get only(): EventRecorder {
    assert(this.roundTrips.length === 1, `there were ${this.roundTrips.length} round trips`);
    return this.roundTrips[0]!;
  }

  /** Resolves when all round trips that have begun have ended, with all of them. */
  async settled(): Promise<readonly EventRecorder[]> {
    const recorders = [...this.roundTrips];
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)));
    await Promise.race([impatient, allSettled(recorders)]);
    clearTimeout(timer);
    for (const recorder of recorders) recorder.verify();
    return recorders;
  }

  #add(recorder: EventRecorder): EventRecorder {
    const index = this.roundTrips.push(recorder) - 1;
    for (const waiter of this.#waiting.filter((waiter) => waiter.index === index)) waiter.resolve(recorder);
    return recorder;
  }
}

/** A dial that outlives its round trip has moments in which nothing is open, hence the second look. */
async function allSettled(recorders: readonly EventRecorder[]): Promise<void> {
  while (!recorders.every((recorder) => recorder.isSettled)) {
    await Promise.all(recorders.map((recorder) => recorder.settled()));
  }
}

/**
 * Recordings of the running test. Ask for them before servers and agents: what a test opened is closed in reverse order,
 * and the last thing to happen is that every round trip must have ended and kept the contract.
 */
export function recordings(): Recordings {
  const made = new Recordings();
  onTestFinished(async () => {
    await made.settled();
  });
  return made;
}
