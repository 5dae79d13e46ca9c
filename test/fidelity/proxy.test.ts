import type http from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { describe, expect, it, onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { proxyServer } from '../helpers/proxy-server.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, get } from '../http/exchange.ts';
import { own, packages } from './clients.ts';
import { published } from './published.ts';

describe('get-conn-target', () => {
  const hasProxies = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');

  it.runIf(hasProxies).each(['http', 'https'] as const)(
    'get-conn-target: an agent of node:%s is asked for the target, and finds its proxy when it dials',
    async (scheme) => {
      const server = await scriptedServer(answerAll, { tls: scheme === 'https' });
      const proxy = await proxyServer();
      // `proxyEnv` is younger than the types of Node 20.
      const options: object = { proxyEnv: { HTTP_PROXY: proxy.origin, HTTPS_PROXY: proxy.origin } };
      const agent = agentFor(server.origin, options);
      const asked = whatIsAskedOf(agent);
      await get(server.origin, { agent });
      expect(asked).toEqual([{ host: '127.0.0.1', port: server.port }]);
      expect(proxy.peers).toHaveLength(1);
    },
  );

  it.each(['http', 'https'] as const)(
    'get-conn-target: a proxy agent is asked for the target of node:%s, and knows its proxy alone',
    async (scheme) => {
      const server = await scriptedServer(answerAll, { tls: scheme === 'https' });
      const proxy = await proxyServer();
      const agent = new HttpsProxyAgent(proxy.origin);
      onTestFinished(() => agent.destroy());
      const asked = whatIsAskedOf(agent);
      await get(server.origin, { agent });
      expect(asked).toEqual([{ host: '127.0.0.1', port: server.port }]);
      expect(proxy.peers).toHaveLength(1);
    },
  );

  it.each(packages)(
    'get-conn-target: a request by a ProxyAgent is created for the target, and the CONNECT after it ($name)',
    async (client) => {
      const created = published('undici:request:create') as {
        request: { method: string; origin: unknown };
      }[];
      const server = await scriptedServer(answerAll, { tls: true });
      const proxy = await proxyServer();
      const dispatcher = own(
        new client.undici.ProxyAgent({ uri: proxy.origin, requestTls: { ca: certs().ca } }),
      );
      await client.send(server.origin, { dispatcher });
      expect(created.map(({ request }) => [request.method, String(request.origin)])).toEqual([
        ['GET', server.origin],
        ['CONNECT', proxy.origin],
      ]);
    },
  );
});

/** Host and port of each request that `agent` gets. */
function whatIsAskedOf(agent: http.Agent): { readonly host: unknown; readonly port: unknown }[] {
  const asked: { readonly host: unknown; readonly port: unknown }[] = [];
  const addRequest: unknown = Reflect.get(agent, 'addRequest');
  Reflect.set(agent, 'addRequest', (request: unknown, options: { host?: unknown; port?: unknown }) => {
    asked.push({ host: options.host, port: Number(options.port) });
    Reflect.apply(addRequest as () => void, agent, [request, options]);
  });
  return asked;
}
