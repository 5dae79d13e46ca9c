import { Context, withClientTrace } from '../src/index.ts';
import { type Flight, makeTrace } from './node-trace.ts';
import type { Scenario } from './scenario.ts';
import type { HookEvent } from './sequence.ts';

/** Counts round trips that are under way. */
export class RoundTrips {
  #open = 0;
  readonly #wake = new Set<() => void>();

  start(): void {
    this.#open += 1;
  }

  end(): void {
    this.#open -= 1;
    for (const wake of this.#wake) wake();
  }

  /** Waits until none is under way; tells whether that was so within `limit` milliseconds. */
  async allEnded(limit: number): Promise<boolean> {
    if (this.#open === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), limit);
      const wake = (): void => {
        if (this.#open === 0) done(true);
      };
      const done = (ended: boolean): void => {
        clearTimeout(timer);
        this.#wake.delete(wake);
        resolve(ended);
      };
      this.#wake.add(wake);
    });
  }
}

/** Gives the function that makes the context of each request: with traces of its own, or with shared ones. */
export function contexts(
  scenario: Scenario,
  report: (event: HookEvent) => void,
  roundTrips: RoundTrips,
): (flight: Flight) => Context {
  const scripts = scenario.traces ?? [{}];
  function traced(current: () => Flight): Context {
    return scripts.reduce<Context>((context, script, index) => {
      const trace = makeTrace(script, index, current, report);
      if (index > 0) return withClientTrace(context, trace);
      return withClientTrace(context, {
        ...trace,
        roundTripStart: () => roundTrips.start(),
        roundTripDone: () => roundTrips.end(),
      });
    }, Context.background);
  }
  let latest: Flight | undefined;
  const shared = traced(() => {
    if (latest === undefined) throw new Error('a hook was called before the first request');
    return latest;
  });
  return (flight) => {
    latest = flight;
    return scenario.sharedTraces === true ? shared : traced(() => flight);
  };
}
