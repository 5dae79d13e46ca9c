import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';

import { type ClientTrace, Context, runWithClientTrace } from '../../src/index.ts';
import { HOOK_NAMES } from '../../src/trace/hooks.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { appServer } from '../helpers/app-server.ts';

describe.each(UNDICIS)('undici $major', ({ module }) => {
  it('runs the hooks of a request that had to wait in the async context of who made it', async () => {
    const storage = new AsyncLocalStorage<string>();
    const server = await appServer((_, response) => response.end('ok'));
    const client = new module.Client(server.origin);
    onTestFinished(() => client.destroy());
    const seen: string[] = [];
    async function request(name: string): Promise<void> {
      await namingHooks(storage, name, seen, async () => {
        const { body } = await client.request({ path: `/${name}`, method: 'GET' });
        await body.dump();
      });
    }
    await Promise.all(['a', 'b', 'c'].map(request));
    expect(inOthers(seen)).toEqual([]);
    expect(seen.filter((line) => line.startsWith('c '))).toContain('c gotConn c');
  });
});

describe.each(UNDICIS)('redirects of undici $major', ({ module }) => {
  it('run their hooks in the async context of who made the first request', async () => {
    const storage = new AsyncLocalStorage<string>();
    const server = await appServer((request, response) => {
      if (request.url?.startsWith('/from/') === true) response.writeHead(302, { location: '/to' });
      response.end('ok');
    });
    const agent = new module.Agent({ connections: 2 });
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(module.interceptors.redirect({ maxRedirections: 1 }));
    const seen: string[] = [];
    async function request(name: string): Promise<void> {
      await namingHooks(storage, name, seen, async () => {
        const { body } = await module.request(`${server.origin}/from/${name}`, { dispatcher });
        await body.dump();
      });
    }
    await Promise.all(['a', 'b', 'c'].map(request));
    expect(inOthers(seen)).toEqual([]);
    expect(seen.filter((line) => line === 'c gotResponse c')).toHaveLength(2);
  });
});

describe.each(UNDICIS)('fetch of undici $major', ({ module }) => {
  it('runs the hooks in the async context of who made it where it waits in the queue of a Pool', async () => {
    const storage = new AsyncLocalStorage<string>();
    const server = await appServer((_, response) => response.end('ok'));
    const dispatcher = new module.Agent({ connections: 2 }); // with 1 there is no Pool
    onTestFinished(() => dispatcher.destroy());
    const fetchIt = module.fetch as unknown as typeof fetch; // types of one version of undici are not those of another
    const seen: string[] = [];
    async function request(name: string): Promise<void> {
      await namingHooks(storage, name, seen, async () => {
        await (await fetchIt(`${server.origin}/${name}`, { dispatcher } as unknown as RequestInit)).text();
      });
    }
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(request));
    expect(inOthers(seen)).toEqual([]);
    expect(seen).toContain('f gotFirstResponseByte f');
  });
});

const FETCHES = [
  ['of Node', undefined],
  ...UNDICIS.map(({ major, module }) => [`of undici ${major}`, module] as const),
] as const;

it.each(FETCHES)('runs the hooks of a fetch %s in the async context of who made it', async (_, module) => {
  const storage = new AsyncLocalStorage<string>();
  const server = await appServer((_request, response) => response.end('ok'));
  const dispatcher = module === undefined ? undefined : new module.Agent();
  onTestFinished(() => dispatcher?.destroy());
  // Types of one version of undici are not those of another.
  const fetchIt = (module?.fetch ?? fetch) as typeof fetch;
  const options = (dispatcher === undefined ? {} : { dispatcher }) as RequestInit;
  const seen: string[] = [];
  for (const name of ['a', 'b']) {
    await namingHooks(storage, name, seen, async () => {
      await (await fetchIt(`${server.origin}/${name}`, options)).text();
    });
    // Its pool offers a connection again in a later turn than the one in which the response was read.
    await new Promise(setImmediate);
  }
  expect(inOthers(seen)).toEqual([]);
  expect(seen).toContain('b gotFirstResponseByte b');
  expect(seen).not.toContain('b connectStart b');
});

/** Runs `fn` as `name`, with hooks that tell into `seen` as whom they run. */
async function namingHooks(
  storage: AsyncLocalStorage<string>,
  name: string,
  seen: string[],
  fn: () => Promise<void>,
): Promise<void> {
  let own: Context | undefined;
  const trace: ClientTrace = {};
  for (const hook of HOOK_NAMES) {
    trace[hook] = () => {
      const isOwn = Context.current() === own;
      seen.push(`${name} ${hook} ${storage.getStore() ?? 'outside'}${isOwn ? '' : ' in another context'}`);
    };
  }
  await storage.run(name, () =>
    runWithClientTrace(trace, () => {
      own = Context.current();
      return fn();
    }),
  );
}

function inOthers(seen: readonly string[]): string[] {
  return seen.filter((line) => line.split(' ')[0] !== line.split(' ')[2] || line.includes('another'));
}
