import * as fc from 'fast-check';

import { plans } from './arbitrary.ts';
import type { PropertyClient } from './clients.ts';
import { checkLaws } from './laws.ts';
import type { Stage } from './play.ts';
import type { Plan } from './plan.ts';
import { playPlain, playWatched } from './watch.ts';

/** Plays `plan` without and with httptrace, and throws when a law is broken. */
export async function checkPlan(stage: Stage, client: PropertyClient, plan: Plan): Promise<void> {
  const plain = await named('without httptrace', playPlain(stage, client, plan));
  const traced = await named('watched', playWatched(stage, client, plan));
  checkLaws(client, plan, plain, traced);
}

async function named<T>(how: string, played: Promise<T>): Promise<T> {
  try {
    return await played;
  } catch (error) {
    throw new Error(`the run ${how} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  /** Of a failure that is to be seen again. */
  readonly path?: string | undefined;
  /** Milliseconds after which no more is drawn, and a failure not made smaller. */
  readonly limit?: number;
  /** Called after each run that held. */
  readonly onRun?: () => void;
}

/** Draws plans for `client` and checks each; throws with the smallest that fails. */
export async function checkPlans(stage: Stage, client: PropertyClient, options: CheckOptions): Promise<void> {
  const { runs, seed, path, limit, onRun } = options;
  let checked = Promise.resolve();
  const property = fc.asyncProperty(plans(client.abilities), async (plan) => {
    checked = checkPlan(stage, client, plan);
    await checked;
    onRun?.();
  });
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    ...(limit !== undefined && { interruptAfterTimeLimit: limit }),
    ...(path !== undefined && { path }),
  });
  // At the limit fast-check leaves the run that it is in, which would meet those that follow it on the stage.
  await checked.catch(() => {});
  if (!details.failed) return;
  const [plan] = details.counterexample ?? [];
  throw new Error(
    `${client.name}: run ${details.numRuns} broke a law. To see it again: HTTPTRACE_PROPERTY_SEED=${details.seed}:${details.counterexamplePath ?? ''}\n` +
      `The smallest plan that does, for counterexamples.ts:\n${JSON.stringify(plan)}`,
    { cause: details.errorInstance },
  );
}
