import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runsUndici8 } from '../test/helpers/undici-8.ts';
import type { ClientName } from './departures.ts';
import { builtInAgent, playFetch } from './fetch.ts';
import { fetchLacks, http2Lacks, httpLacks, httpsLacks, undici6Lacks, undiciLacks } from './lacks.ts';
import { playHttp2 } from './http2.ts';
import { playNode } from './node.ts';
import type { Need, Scenario, Scheme } from './scenario.ts';
import type { Player } from './sequence.ts';
import { type Undici, playUndici } from './undici-client.ts';

/** A client of the table's columns. */
export interface Client {
  readonly name: ClientName;
  readonly schemes: readonly Scheme[];
  readonly play: Player;
  /** What it cannot do, and why. */
  readonly lacks: Readonly<Partial<Record<Need, string>>>;
}

// In this order: the copy of undici that comes first is the global dispatcher's.
const agent = await builtInAgent();
const load = createRequire(join(process.cwd(), 'package.json'));
const undici8 = join(process.cwd(), '.cache', 'undici-8', 'node_modules', 'undici');

export const clients: readonly Client[] = [
  { name: 'http', schemes: ['http'], play: playNode, lacks: httpLacks },
  { name: 'https', schemes: ['https'], play: playNode, lacks: httpsLacks },
  { name: 'fetch', schemes: ['http', 'https'], play: playFetch(agent), lacks: fetchLacks },
  undici('undici6', 'undici-v6', undici6Lacks, ['http', 'https']),
  undici('undici7', 'undici', undiciLacks, ['http', 'https', 'h2']),
  ...(runsUndici8() && existsSync(undici8)
    ? [undici('undici8', undici8, undiciLacks, ['http', 'https', 'h2'])]
    : []),
  { name: 'http2', schemes: ['h2'], play: playHttp2, lacks: http2Lacks },
];

function undici(name: ClientName, path: string, lacks: Client['lacks'], schemes: readonly Scheme[]): Client {
  // What is used of it is the same in all versions.
  return { name, schemes, play: playUndici(load(path) as Undici), lacks };
}

/** Why a client cannot run a scenario; undefined when it can. */
export function reasonNotTo({ lacks }: Client, { needs = [] }: Scenario): string | undefined {
  for (const need of needs) if (lacks[need] !== undefined) return lacks[need];
  return undefined;
}
