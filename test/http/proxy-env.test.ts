import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { proxyServer } from '../helpers/proxy-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, get, open } from './exchange.ts';

/** Node's own agents know proxies from 22.21 and 24.5 on. */
const hasProxies = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');

/** An agent of node's own that goes through `proxy`; `proxyEnv` is younger than the types of Node 20. */
function proxyAgent(scheme: string, proxy: string): http.Agent {
  const options = { keepAlive: true, ca: certs().ca, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
  const agent = scheme === 'https' ? new https.Agent(options) : new http.Agent(options);
  onTestFinished(() => agent.destroy());
  return agent;
}

beforeAll(() => {
  // How a program makes node trust a proxy's certificate; as young as proxies. This process runs no other file.
  const setDefault: unknown = Reflect.get(tls, 'setDefaultCACertificates');
  if (typeof setDefault === 'function') Reflect.apply(setDefault, tls, [[certs().ca]]);
});

const TABLE = ['http', 'https'].flatMap((scheme) =>
  ['http', 'https'].flatMap((proxyScheme) =>
    (['context', 'observe'] satisfies WatchMode[]).map((mode) => ({ scheme, proxyScheme, mode })),
  ),
);

describe.runIf(hasProxies).each(TABLE)(
  "node's own proxy support: $scheme through a proxy by $proxyScheme, watched by $mode",
  ({ scheme, proxyScheme, mode }) => {
    const secure = scheme === 'https';

    it('dials the proxy, shakes hands with both, and keeps the connection', async () => {
      const traced = recordings();
      const server = await scriptedServer(answerAll, { tls: secure });
      const proxy = await proxyServer({ tls: proxyScheme === 'https' });
      const agent = proxyAgent(scheme, proxy.origin);
      await traced.watch(mode, async () => {
        expect((await get(`${server.origin}/`, { agent })).body).toBe('ok');
        await traced.settled();
        expect((await get(`${server.origin}/`, { agent })).body).toBe('ok');
      });
      const [first, second, ...others] = await traced.settled();
      expect(others).toEqual([]);
      expect(first!.the('getConn').args).toEqual([server.hostPort]);
      expect(first!.all('connectDone').map(({ args }) => args)).toEqual([['tcp', proxy.hostPort, null]]);
      const handshakes = (secure ? 1 : 0) + (proxyScheme === 'https' ? 1 : 0);
      expect(first!.all('tlsHandshakeDone').map(({ args }) => args[1])).toEqual(Array(handshakes).fill(null));
      expect(first!.the('gotConn').args[0]).toMatchObject({ reused: false, wasIdle: false });
      expect(first!.info.url).toBe(`${server.origin}/`);
      expect(second!.the('gotConn').args[0]).toMatchObject({ reused: true, wasIdle: true });
      expect(second!.has('connectDone')).toBe(false);
      expect(proxy.peers).toHaveLength(1);
    });

    it('tells of a proxy that refuses the connection', async () => {
      const traced = recordings();
      const proxy = await proxyServer();
      // Nobody listens on port 1 of a loopback address.
      const agent = proxyAgent(scheme, 'http://127.0.0.1:1');
      const err = await traced.watch(mode, () =>
        errorOf(open(`${scheme}://127.0.0.1:${proxy.port}/`, { agent }).end()),
      );
      const [recorder] = await traced.settled();
      expect(err).toBeInstanceOf(Error);
      expect(recorder!.the('connectDone').args).toMatchObject([
        'tcp',
        '127.0.0.1:1',
        { code: 'ECONNREFUSED' },
      ]);
      expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
    });
  },
);
