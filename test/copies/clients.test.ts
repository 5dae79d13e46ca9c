import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { answering, origin } from '../behaviours/origin.ts';
import { UNDICI_8, runsUndici8 } from '../helpers/undici-8.ts';
import { copyOfLibrary, runNode } from './node-process.ts';

const require = createRequire(import.meta.url);

/** A client, as code of a child process: `send` makes a request to `url` and reads the answer. */
interface Client {
  readonly name: string;
  readonly http?: '2';
  readonly code: string;
}

const undici = (major: number, name: string): Client[] => [
  {
    name: `undici ${major} request`,
    code: `
      const undici = (await import(${JSON.stringify(pathToFileURL(require.resolve(name)).href)})).default;
      const send = async (url) => (await undici.request(url)).body.dump();
    `,
  },
  {
    name: `undici ${major} fetch`,
    code: `
      const undici = (await import(${JSON.stringify(pathToFileURL(require.resolve(name)).href)})).default;
      const send = async (url) => (await undici.fetch(url)).text();
    `,
  },
];

const CLIENTS: Client[] = [
  { name: 'fetch', code: 'const send = async (url) => (await fetch(url)).text();' },
  ...undici(6, 'undici-v6'),
  ...undici(7, 'undici'),
  ...(runsUndici8() ? undici(8, UNDICI_8) : []),
  {
    name: 'node:http2',
    http: '2',
    code: `
      const http2 = await import('node:http2');
      let session;
      const send = (url) => new Promise((resolve, reject) => {
        session ??= http2.connect(url);
        session.request({ ':path': '/' }).on('error', reject).on('close', resolve).resume();
      });
    `,
  },
];

/** `one` installs the probes, and `other` finds them. `request` ends with its round trip. */
const TWO_COPIES = `
  const [first, second, url, installer] = process.argv.slice(1);
  const a = await import(first);
  const b = await import(second);
  const [one, other] = installer === 'a' ? [a, b] : [b, a];
  one.observe(() => undefined);
  const log = [];
  const trace = (name) => ({
    getConn: () => log.push(name + ' getConn'),
    roundTripDone: () => log.push(name + ' roundTripDone'),
  });
  const done = () => new Promise((resolve) => {
    const observer = one.observe(() => ({ roundTripDone: () => { observer[Symbol.dispose](); resolve(); } }));
  });
  const request = async () => { const ended = done(); await send(url); await ended; };
  // Kept connections would keep the process for seconds.
  const print = (value) => process.stdout.write(JSON.stringify(value), () => process.exit());
`;

async function run({ code, http }: Client, installer: string): Promise<unknown> {
  const { url } = await origin(answering, http === undefined ? {} : { http });
  const copies = [copyOfLibrary(), copyOfLibrary()].map((file) => pathToFileURL(file).href);
  return runNode(code + TWO_COPIES + TEST, [...copies, url, installer]);
}

const each = (...names: readonly string[]): string[] =>
  ['getConn', 'roundTripDone'].flatMap((hook) => names.map((name) => `${name} ${hook}`));

// One process for all of it, because each takes a while to start.
const TEST = `
  const seen = {};
  const take = () => log.splice(0);
  const observer = other.observe(() => trace('observer'));
  await one.runWithClientTrace(() => trace('made by one'), () =>
    other.runWithClientTrace(trace('made by other'), request));
  seen.contexts = take();
  await other.Context.untraced.run(() => send(url));
  await one.Context.untraced.run(() => send(url));
  seen.untraced = take();
  observer[Symbol.dispose]();
  other.uninstall();
  other.observe(() => trace('observer'));
  await request();
  seen.installedAgain = take();
  a.uninstall();
  b.uninstall();
  await send(url);
  seen.uninstalled = take();
  print(seen);
`;

describe.each(CLIENTS)('two copies of the library, and $name', (client) => {
  it.each(['a', 'b'])(
    'see the contexts of each other, call each hook once, and end and begin together (%s installs)',
    async (installer) => {
      expect(await run(client, installer)).toEqual({
        contexts: each('made by other', 'made by one', 'observer'),
        untraced: [],
        installedAgain: each('observer'),
        uninstalled: [],
      });
    },
  );
});
