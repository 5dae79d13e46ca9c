import type { Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { UNDICIS } from '../behaviours/drivers/table.ts';
import type { Undici } from '../behaviours/drivers/undici.ts';
import { atRest } from '../behaviours/scene.ts';
import { appServer } from '../helpers/app-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';

const MODES: readonly WatchMode[] = ['context', 'observe'];
const TABLE = UNDICIS.flatMap((copy) => MODES.map((mode) => ({ ...copy, mode })));

/** Any name is 127.0.0.1. */
const lookup: NonNullable<Parameters<Undici['interceptors']['dns']>[0]>['lookup'] = (
  _origin,
  _options,
  callback,
) => callback(null, [{ address: '127.0.0.1', family: 4, ttl: 1000 }]);

const SOON = { minTimeout: 1, maxTimeout: 1 };

/** An Agent with interceptors, the last of which sees a request first. */
function agentWith(
  module: Undici,
  ...interceptors: readonly Dispatcher.DispatcherComposeInterceptor[]
): Dispatcher {
  const agent = new module.Agent();
  onTestFinished(() => agent.destroy());
  return agent.compose([...interceptors]);
}

async function get({ request }: Undici, url: string, dispatcher: Dispatcher): Promise<number> {
  const { statusCode, body } = await request(url, { dispatcher });
  await body.text();
  return statusCode;
}

describe.each(TABLE)('undici $major, watched by $mode', ({ major, module, mode }) => {
  const { dns, dump, redirect, retry } = module.interceptors;

  // Undici 8 follows a redirect to the name, beneath an interceptor that would look it up.
  const outermost = major < 8 ? 'name.test' : '127.0.0.1';

  it.each([
    ['outermost', outermost, [redirect({ maxRedirections: 2 }), retry(SOON), dns({ lookup })]],
    ['innermost', 'name.test', [dns({ lookup }), redirect({ maxRedirections: 2 }), retry(SOON)]],
    [
      'innermost, redirect outermost',
      'name.test',
      [dns({ lookup }), retry(SOON), redirect({ maxRedirections: 2 })],
    ],
  ])(
    'has what retry, redirect, dump and dns, the %s, do as round trips of one call',
    async (_, host, order) => {
      const traced = recordings();
      let failed = false;
      const server = await appServer((request, response) => {
        if (request.url === '/to') response.end('arrived');
        else if (failed) response.writeHead(302, { location: '/to' }).end();
        else response.writeHead(503).end('not yet');
        failed = true;
      });
      const dispatcher = agentWith(module, ...order, dump({ maxSize: 1000 }));
      const url = `http://${host}:${server.port}/from`;
      const status = await traced.watch(mode, () => get(module, url, dispatcher));
      expect(status).toBe(200);
      const recorders = await traced.settled();
      expect(
        recorders.map((recorder) => [recorder.info.reason, recorder.the('gotResponse').args[0].status]),
      ).toEqual([
        ['first', 503],
        ['retry', 302],
        ['redirect', 200],
      ]);
      expect(recorders.map(({ info }) => info.attempt)).toEqual([1, 2, 3]);
      expect(new Set(recorders.map(({ info }) => info.callId)).size).toBe(1);
      expect(recorders.at(-1)!.the('roundTripDone').args).toEqual([{ err: null }]);
    },
  );

  it('has the address in getConn, of what the dns interceptor has looked up', async () => {
    const traced = recordings();
    const server = await appServer((_request, response) => response.end('ok'));
    const dispatcher = agentWith(module, dns({ lookup }));
    const url = `http://name.test:${server.port}/`;
    await traced.watch(mode, () => get(module, url, dispatcher));
    await atRest();
    await traced.watch(mode, () => get(module, url, dispatcher));
    const [first, second] = await traced.settled();
    for (const recorder of [first!, second!]) {
      expect(recorder.the('getConn').args).toEqual([`127.0.0.1:${server.port}`]);
      const host = recorder.all('wroteHeaderField').find(({ args: [key] }) => key.toLowerCase() === 'host');
      expect(host!.args[1][0]).toMatch(/^name\.test(:\d+)?$/);
    }
    expect(first!.the('connectStart').args).toEqual(['tcp', `127.0.0.1:${server.port}`]);
    expect(first!.has('dnsStart')).toBe(false);
    expect(second!.the('gotConn').args[0].reused).toBe(true);
  });
});

// Undici 6 has no cache.
describe.each(TABLE.filter(({ major }) => major > 6))(
  'undici $major, watched by $mode',
  ({ module, mode }) => {
    it('has no round trip for what its cache answers, and one for what it asks the server about', async () => {
      const traced = recordings();
      const server = await appServer((request, response) => {
        const fields = { 'cache-control': `max-age=${request.url === '/kept' ? 60 : 0}`, etag: '"1"' };
        if (request.headers['if-none-match'] === '"1"') response.writeHead(304, fields).end();
        else response.writeHead(200, { ...fields, date: new Date().toUTCString() }).end('ok');
      });
      const dispatcher = agentWith(module, module.interceptors.cache());
      const statuses = await traced.watch(mode, async () => {
        const all: number[] = [];
        for (const path of ['/kept', '/kept', '/stale', '/stale']) {
          all.push(await get(module, server.origin + path, dispatcher));
        }
        return all;
      });
      expect(statuses).toEqual([200, 200, 200, 200]);
      const recorders = await traced.settled();
      const paths = recorders.map(({ info }) => new URL(info.url).pathname);
      expect(paths).toEqual(['/kept', '/stale', '/stale']);
      expect(recorders.map((recorder) => recorder.the('gotResponse').args[0].status)).toEqual([
        200, 200, 304,
      ]);
    });
  },
);
