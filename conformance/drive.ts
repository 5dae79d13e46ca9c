import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import type { Mark } from './hook-names.ts';
import { HookWatch } from './hook-watch.ts';
import { kindOf } from './node-errors.ts';
import { RoundTrips, contexts } from './node-context.ts';
import type { RequestScript, Scenario } from './scenario.ts';
import { type HookEvent, type Outcome, type Player, type Target, comparedFields } from './sequence.ts';

// How long a round trip may take to end after its caller has the outcome, and how long to look, after all has ended, for
// hooks that should not come any more; in milliseconds.
const limit = 2000;
const grace = 20;

/** What a Node client makes of a scenario: requests, one after the other or at the same time, by one pool. */
export interface NodeClient {
  /** Makes a request and uses its response as the script says. */
  exchange(script: RequestScript, options: ExchangeOptions): Promise<Result>;
  /** Closes all connections. */
  close(): void | Promise<void>;
}

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** Resolves when the request has reported a hook. */
  readonly reported: HookWatch['reported'];
  /** To be called when the first bytes of the body have been read. */
  readonly onFirstBytes: () => void;
}

/** What the caller of a request got. */
export interface Result {
  readonly status: number;
  readonly bytes: number;
  readonly error: unknown;
}

/** Makes the client of one run. */
export type MakeClient = (
  scenario: Scenario,
  target: Target,
  reported: HookWatch['reported'],
) => NodeClient | Promise<NodeClient>;

/** A player that runs scenarios with a client, through the public API of httptrace alone. */
export function playerOf(makeClient: MakeClient): Player {
  return async (scenario, { target, report, onControl }) => {
    const events: HookEvent[] = [];
    const outcomes: Outcome[] = [];
    const problems: string[] = [];
    const hooks = new HookWatch();
    const keep = (event: HookEvent): void => {
      events.push(event);
      hooks.observe(event);
      report(event);
    };
    const roundTrips = new RoundTrips();
    const contextOf = contexts(scenario, keep, roundTrips);
    const client = await makeClient(scenario, target, async (hook) => hooks.reported(hook));
    const aborts = scenario.requests.map(() => new AbortController());
    const starts = scenario.requests.map(() => deferred());
    onControl({
      cancel: (request) => aborts[request]?.abort(),
      start: (request) => starts[request]?.resolve(),
    });
    const running: Promise<void>[] = [];
    for (const [request, script] of scenario.requests.entries()) {
      await turnOf(script);
      const abort = aborts[request] ?? new AbortController();
      if (script.canceled === true) abort.abort();
      const fields = comparedFields(script.header ?? []);
      const context = contextOf({ request, fields, cancel: () => abort.abort() });
      const reported: HookWatch['reported'] = async (hook) => hooks.reported(hook, { request });
      const mark = (hook: Mark): void => {
        hooks.observe({ hook, request });
        report({ hook, request });
      };
      const options = { signal: abort.signal, reported, onFirstBytes: () => mark('firstBytes') };
      running.push(
        context
          .run(async () => client.exchange(script, options))
          .then(({ status, bytes, error }) => {
            outcomes.push({ request, status, bytes, error: kindOf(error) });
            mark('outcome');
          }),
      );
    }
    await Promise.all(running);
    await settle();
    await client.close();
    await settle();
    await wait(grace);
    return { run: { events, outcomes }, problems };

    async function turnOf({ starts: start }: RequestScript): Promise<void> {
      const request = running.length;
      if (start === 'byServer') await starts[request]?.promise;
      else if (start !== undefined) await hooks.reported(start.afterHook, { request: request - 1 });
      else {
        await Promise.all(running);
        await settle();
        // Pools take a connection back after their caller has the end of its response.
        await setImmediate();
      }
    }

    async function settle(): Promise<void> {
      const left = scenario.requests.some(({ response }) => response === 'leave');
      if (!(await roundTrips.allEnded(left ? grace : limit)) && !left) {
        problems.push(`roundTripDone was not called within ${limit} ms`);
      }
    }
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
