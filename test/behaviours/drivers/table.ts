import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import type { WatchMode } from '../../helpers/recordings.ts';
import { UNDICI_8, runsUndici8 } from '../../helpers/undici-8.ts';
import { BundledAgent } from './bundled-undici.ts'; // before the npm copies
import type { Ability, Driver, Scheme } from './driver.ts';
import { fetchDriver } from './fetch.ts';
import { nodeHttp2 } from './http2.ts';
import { nodeHttp } from './node-http.ts';
import { type Undici, type UndiciCopy, fetchOf, http2Driver, undiciDrivers } from './undici.ts';

const require = createRequire(import.meta.url);

/** The npm copies of undici that run on this Node. */
export const UNDICIS: readonly UndiciCopy[] = await Promise.all([
  load(6, 'undici-v6'),
  load(7, 'undici'),
  ...(runsUndici8() ? [load(8, UNDICI_8)] : []),
]);

async function load(major: UndiciCopy['major'], name: string): Promise<UndiciCopy> {
  const { version } = require(`${name}/package.json`) as { readonly version: string }; // every package has one
  const file = require.resolve(name);
  const { default: module } = (await import(pathToFileURL(file).href)) as { readonly default: Undici }; // CommonJS
  return { major, version, module };
}

const globalFetch = {
  name: 'fetch',
  client: 'fetch',
  clientVersion: process.versions.undici ?? '',
  undici: process.versions.undici ?? '',
  fetch: globalThis.fetch,
  FormData: globalThis.FormData,
  Agent: BundledAgent,
  // From undici 8 on, which Node 26 has.
  offersHttp2: Number.parseInt(process.versions.undici ?? '', 10) >= 8,
} as const;

/** Every way to send a request that is tested. */
export const DRIVERS: readonly Driver[] = [
  nodeHttp('http'),
  nodeHttp('https'),
  fetchDriver(globalFetch),
  ...UNDICIS.flatMap(undiciDrivers),
  nodeHttp2,
  // Node 26 offers HTTP/2 by itself; before, a dispatcher has to be told.
  fetchDriver({ ...globalFetch, http2: true }),
  // Undici 6 fails assertions of its own there.
  ...UNDICIS.filter(({ major }) => major > 6).flatMap((copy) => [
    fetchDriver({ ...fetchOf(copy), http2: true }),
    http2Driver(copy),
  ]),
];

/** What a behaviour is tested with. */
export interface Target {
  readonly title: string;
  readonly driver: Driver;
  readonly scheme: Scheme;
  readonly secure: boolean;
  readonly mode: WatchMode;
}

export interface TargetOptions {
  readonly http?: Driver['http'];
  readonly scheme?: Scheme;
  /** Not the drivers that can do one of these. */
  readonly without?: readonly Ability[];
  /** With each way of watching; else one for each scheme, so that both are covered in half the time. */
  readonly crossed?: true;
}

/** Every driver that can do all of `needs`, with every scheme. */
export function targets(needs: readonly Ability[] = [], options: TargetOptions = {}): Target[] {
  const { without = [] } = options;
  const able = DRIVERS.filter(
    ({ can, http }) =>
      (options.http ?? http) === http &&
      needs.every((ability) => can.has(ability)) &&
      !without.some((ability) => can.has(ability)),
  );
  return able.flatMap((driver) =>
    driver.schemes
      .filter((scheme) => (options.scheme ?? scheme) === scheme)
      .flatMap((scheme) =>
        modes(driver, scheme, options).map((mode) => ({
          title: `${driver.name}${driver.schemes.length > 1 ? ` by ${scheme}` : ''}, watched by ${mode}`,
          driver,
          scheme,
          secure: scheme === 'https',
          mode,
        })),
      ),
  );
}

function modes({ schemes }: Driver, scheme: Scheme, { crossed }: TargetOptions): readonly WatchMode[] {
  if (crossed === true || schemes.length === 1) return ['context', 'observe'];
  return [scheme === 'http' ? 'context' : 'observe'];
}
