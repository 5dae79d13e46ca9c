import { writeSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';

import { collectAll } from '../helpers/heap.ts';
import { checkPlans } from './check.ts';
import { PROPERTY_CLIENTS, propertyClient } from './clients.ts';
import { Stage } from './play.ts';
import { SEED } from './seed.ts';

/** Run by soak.mjs. */
const RUNS = Number(process.env.HTTPTRACE_SOAK_RUNS ?? 50_000);
const NAMES = process.env.HTTPTRACE_SOAK_CLIENTS?.split(' ').filter((name) => name !== '') ?? [];
const clients = NAMES.length === 0 ? PROPERTY_CLIENTS : NAMES.map(propertyClient);

/** Plans between two lines of progress. */
const BATCH = 500;

/** Milliseconds for a batch: what is left of it is for making a failure smaller. */
const LIMIT = 180_000;

/** What the heap may have grown by since it was warm: code is still being compiled, and a leak of 1 KB a run is seen. */
const MAX_GROWTH = 8 * 2 ** 20;

const stage = new Stage();
afterAll(() => stage.close());

/** Megabytes in use after a collection. */
async function heap(): Promise<number> {
  await collectAll();
  return process.memoryUsage().heapUsed;
}

function say(text: string): void {
  // Vitest prints what comes by the console when a test has ended.
  writeSync(1, `${text}\n`);
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

it.each(clients.map((client) => ({ client, name: client.name })))(
  '$name keeps the laws',
  async ({ client, name }) => {
    say(`${name}: ${RUNS} plans, seed ${SEED}`);
    const start = performance.now();
    let warm: number | undefined;
    for (let done = 0; done < RUNS;) {
      const runs = Math.min(BATCH, RUNS - done);
      // A seed of its own for each batch, so that a failure can be repeated without those before it.
      await checkPlans(stage, client, { runs, seed: SEED + done, limit: LIMIT });
      done += runs;
      const used = await heap();
      warm ??= used;
      const seconds = Math.round((performance.now() - start) / 1000);
      say(`${name}: ${done} plans in ${seconds} s, heap ${megabytes(used)}`);
    }
    const used = await heap();
    expect(used - (warm ?? used), 'bytes by which the heap has grown').toBeLessThan(MAX_GROWTH);
  },
  Infinity,
);
