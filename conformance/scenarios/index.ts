import type { Scenario } from '../scenario.ts';
import { bodies } from './bodies.ts';
import { cancellations } from './cancellations.ts';
import { connections } from './connections.ts';
import { expectations } from './expectations.ts';
import { failures } from './failures.ts';
import { streams } from './http2.ts';
import { informational } from './informational.ts';
import { names } from './names.ts';
import { panics } from './panics.ts';
import { pool } from './pool.ts';
import { proxies } from './proxies.ts';
import { redirects } from './redirects.ts';
import { retries } from './retries.ts';
import { handshakes } from './tls.ts';
import { traces } from './traces.ts';

/** Every scenario, in the order of the printed table. */
export const scenarios: readonly Scenario[] = [
  ...connections,
  ...pool,
  ...names,
  ...handshakes,
  ...bodies,
  ...expectations,
  ...informational,
  ...failures,
  ...cancellations,
  ...retries,
  ...redirects,
  ...proxies,
  ...streams,
  ...traces,
  ...panics,
];
