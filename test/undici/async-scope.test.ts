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
      let own: Context | undefined;
      const trace: ClientTrace = {};
      for (const hook of HOOK_NAMES) {
        trace[hook] = () => {
          const isOwn = Context.current() === own;
          seen.push(
            `${name} ${hook} ${storage.getStore() ?? 'outside'}${isOwn ? '' : ' in another context'}`,
          );
        };
      }
      await storage.run(name, () =>
        runWithClientTrace(trace, async () => {
          own = Context.current();
          const { body } = await client.request({ path: `/${name}`, method: 'GET' });
          await body.dump();
        }),
      );
    }
    await Promise.all(['a', 'b', 'c'].map(request));
    const wrong = seen.filter(
      (line) => line.split(' ')[0] !== line.split(' ')[2] || line.includes('another'),
    );
    expect(wrong).toEqual([]);
    expect(seen.filter((line) => line.startsWith('c '))).toContain('c gotConn c');
  });
});
