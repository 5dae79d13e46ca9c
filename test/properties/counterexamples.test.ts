import { afterAll, it } from 'vitest';

import { checkPlan } from './check.ts';
import { PROPERTY_CLIENTS, propertyClient } from './clients.ts';
import { COUNTEREXAMPLES } from './counterexamples.ts';
import { Stage } from './play.ts';

const stage = new Stage();
afterAll(() => stage.close());

// Undici 8 does not run on every Node.
const runnable = COUNTEREXAMPLES.filter(
  ({ client, open }) => open !== true && PROPERTY_CLIENTS.some(({ name }) => name === client),
);

it.each(runnable)('$client no longer fails: $what', async ({ client, plan }) => {
  await checkPlan(stage, propertyClient(client), plan);
});
