import { afterAll, describe, it } from 'vitest';

import { checkPlans } from './check.ts';
import { PROPERTY_CLIENTS } from './clients.ts';
import { Stage } from './play.ts';
import { PATH, SEED } from './seed.ts';

/** Runs a client in the ordinary tests; `npm run test:soak` does more. */
const RUNS = Number(process.env.HTTPTRACE_PROPERTY_RUNS ?? 200);

/** Milliseconds for one client: enough for its runs, so that what is left is for making a failure smaller. */
const LIMIT = 60_000;

/** Tests that the laws hold for what is drawn for those of `names` that run on this Node. */
export function testProperties(names: readonly string[]): void {
  const stage = new Stage();
  afterAll(() => stage.close());
  describe(`with the seed ${SEED}`, () => {
    for (const client of PROPERTY_CLIENTS) {
      if (!names.includes(client.name)) continue;
      it(
        `${client.name}: whatever server and client do, the contract holds and nothing is changed`,
        async () => {
          await checkPlans(stage, client, { runs: RUNS, seed: SEED, path: PATH, limit: LIMIT });
        },
        2 * LIMIT,
      );
    }
  });
}
