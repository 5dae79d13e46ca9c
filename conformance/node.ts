import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { Context, withClientTrace } from '../src/index.ts';
import { exchange } from './node-exchange.ts';
import { type Flight, makeTrace } from './node-trace.ts';
import type { Scenario } from './scenario.ts';
import { type HookEvent, type Outcome, type Player, type Target, comparedFields } from './sequence.ts';

// How long a round trip may take to end after its caller has the outcome.
const limit = 2000;
// How long to look, after all has ended, for hooks that should not come any more.
const grace = 20;

/** Runs a scenario with node:http or node:https, as the target's scheme says, through the public API alone. */
export const playNode: Player = async (scenario, { target, report, onCancel }) => {
  const events: HookEvent[] = [];
  const outcomes: Outcome[] = [];
  const problems: string[] = [];
  const keep = (event: HookEvent): void => {
    events.push(event);
    report(event);
  };
  const agent = makeAgent(scenario, target);
  const contextOf = contexts(scenario, keep);
  for (const [index, script] of scenario.requests.entries()) {
    const abort = new AbortController();
    onCancel(() => abort.abort());
    const { context, ended } = contextOf({
      request: index,
      fields: comparedFields(script.header ?? []),
      cancel: () => abort.abort(),
    });
    const sent = context.run(() => exchange(scenario, script, target, agent, abort.signal));
    outcomes.push({ request: index, ...(await sent.outcome) });
    if (!sent.request.closed) await once(sent.request, 'close');
    // The socket goes to the pool after the request's 'close', in the same turn of the event loop.
    await setImmediate();
    if (!(await isWithinLimit(ended))) {
      problems.push(`request ${index}: roundTripDone was not called within ${limit} ms`);
    }
  }
  await wait(grace);
  agent.destroy();
  return { run: { events, outcomes }, problems };
};

function makeAgent(scenario: Scenario, { scheme, authority }: Target): http.Agent {
  if (scheme === 'http') return new http.Agent({ keepAlive: true });
  const trusted = scenario.client?.trustsAuthority ?? true;
  return new https.Agent({
    keepAlive: true,
    ca: trusted ? authority : [],
    maxCachedSessions: scenario.client?.resumesSessions === true ? 100 : 0,
  });
}

interface Traced {
  readonly context: Context;
  /** Resolves when the oldest trace is told that the round trip is over. */
  readonly ended: Promise<void>;
}

/** Gives the function that makes the context of each request: with traces of its own, or with shared ones. */
function contexts(scenario: Scenario, report: (event: HookEvent) => void): (flight: Flight) => Traced {
  const scripts = scenario.traces ?? [{}];
  function traced(current: () => Flight, roundTripDone: () => void): Context {
    return scripts.reduce<Context>((context, script, index) => {
      const trace = makeTrace(script, index, current, report);
      return withClientTrace(context, index === 0 ? { ...trace, roundTripDone } : trace);
    }, Context.background);
  }
  let latest: Flight | undefined;
  let end = (): void => {};
  const shared = traced(
    () => {
      if (latest === undefined) throw new Error('a hook was called before the first request');
      return latest;
    },
    () => end(),
  );
  return (flight) => {
    const { promise, resolve } = deferred();
    latest = flight;
    end = resolve;
    return {
      context: scenario.sharedTraces === true ? shared : traced(() => flight, resolve),
      ended: promise,
    };
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function isWithinLimit(ended: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limit);
  });
  const inTime = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
