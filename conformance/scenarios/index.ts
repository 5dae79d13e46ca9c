import type { Scenario } from '../scenario.ts';
import { bodies } from './bodies.ts';
import { connections } from './connections.ts';
import { failures } from './failures.ts';
import { informational } from './informational.ts';
import { traces } from './traces.ts';

/** Every scenario, in the order of the printed table. */
export const scenarios: readonly Scenario[] = [
  ...connections,
  ...bodies,
  ...informational,
  ...failures,
  ...traces,
];
