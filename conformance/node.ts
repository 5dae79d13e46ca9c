import http from 'node:http';
import https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { playerOf } from './drive.ts';
import { exchange } from './node-exchange.ts';
import { lookupOf } from './node-lookup.ts';
import type { Scenario } from './scenario.ts';
import type { Player, Target } from './sequence.ts';

/** Runs a scenario with node:http or node:https, as the target's scheme says. */
export const playNode: Player = playerOf((scenario, target) => {
  const agent = makeAgent(scenario, target);
  return {
    exchange: async (script, options) => exchange(scenario, script, target, agent, options),
    close: () => agent.destroy(),
  };
});

function makeAgent(scenario: Scenario, target: Target): http.Agent {
  const { client = {} } = scenario;
  const options: https.AgentOptions = {
    keepAlive: client.keepsAlive ?? true,
    maxSockets: client.maxConnections ?? Infinity,
    ...(client.maxIdleConnections === undefined ? {} : { maxFreeSockets: client.maxIdleConnections }),
    ...lookupOf(client),
  };
  const secure: https.AgentOptions = {
    ca: (client.trustsAuthority ?? true) ? target.authority : [],
    maxCachedSessions: client.resumesSessions === true ? 100 : 0,
    ...(client.maxTlsVersion === undefined ? {} : { maxVersion: client.maxTlsVersion }),
    ...(client.alpn === undefined ? {} : { ALPNProtocols: [...client.alpn] }),
    ...(client.serverName === undefined ? {} : { servername: client.serverName }),
  };
  const proxied = makeProxyAgent(scenario, target, { ...options, ...secure });
  if (proxied !== undefined) return proxied;
  return target.scheme === 'http' ? new http.Agent(options) : new https.Agent({ ...options, ...secure });
}

/** The agents with which node:http is used through proxies; node-exchange.ts does without one for plain http. */
function makeProxyAgent(
  { client }: Scenario,
  { scheme, port, authority }: Target,
  options: https.AgentOptions,
): http.Agent | undefined {
  const proxy = client?.proxy;
  if (proxy === undefined || (proxy.kind !== 'socks5' && scheme === 'http')) return undefined;
  const user = proxy.credentials === undefined ? '' : `${proxy.credentials}@`;
  const url = `${proxy.kind}://${user}${proxy.host ?? '127.0.0.1'}:${port}`;
  // socks5h: the proxy resolves names, as with Go.
  if (proxy.kind === 'socks5') return new SocksProxyAgent(url.replace('socks5:', 'socks5h:'), options);
  return new HttpsProxyAgent(url, { ...options, ca: authority });
}
