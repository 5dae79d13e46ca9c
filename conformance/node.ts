import http from 'node:http';
import https from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { playerOf } from './drive.ts';
import { exchange } from './node-exchange.ts';
import { lookupOf } from './node-lookup.ts';
import type { ClientOptions } from './scenario.ts';
import type { Player, Target } from './sequence.ts';

/** Runs a scenario with node:http or node:https, as the target's scheme says. */
export const playNode: Player = playerOf((scenario, target, reported) => {
  const { client = {} } = scenario;
  const lookup = lookupOf(client, reported);
  const agent = makeAgent(client, target, lookup);
  // What `agent: false` is for, with the same options.
  const closing = makeAgent({ ...client, keepsAlive: false }, target, lookup);
  return {
    exchange: async (script, options) =>
      exchange(scenario, script, target, script.close === true ? closing : agent, {
        ...options,
        // Behind a proxy only what the request says is known of the origin.
        secure: target.scheme === 'http' ? {} : secureOptions(client, target),
      }),
    close: () => agent.destroy(),
  };
});

function makeAgent(client: ClientOptions, target: Target, lookup: ReturnType<typeof lookupOf>): http.Agent {
  const options: https.AgentOptions = {
    keepAlive: client.keepsAlive ?? true,
    maxSockets: client.maxConnections ?? Infinity,
    ...(client.maxIdleConnections === undefined ? {} : { maxFreeSockets: client.maxIdleConnections }),
    ...lookup,
  };
  const maxCachedSessions = client.resumesSessions === true ? 100 : 0;
  const proxied = makeProxyAgent(client, target, { ...options, maxCachedSessions });
  if (proxied !== undefined) return proxied;
  return target.scheme === 'http'
    ? new http.Agent(options)
    : new https.Agent({ ...options, ...secureOptions(client, target), maxCachedSessions });
}

/** The options of tls.connect(). */
function secureOptions(client: ClientOptions, { authority }: Target): ConnectionOptions {
  return {
    ca: (client.trustsAuthority ?? true) ? authority : [],
    ...(client.maxTlsVersion === undefined ? {} : { maxVersion: client.maxTlsVersion }),
    ...(client.alpn === undefined ? {} : { ALPNProtocols: [...client.alpn] }),
    ...(client.serverName === undefined ? {} : { servername: client.serverName }),
  };
}

/** The agents with which node:http is used through proxies; node-exchange.ts does without one for plain http. */
function makeProxyAgent(
  { proxy }: ClientOptions,
  { scheme, port, authority }: Target,
  options: https.AgentOptions,
): http.Agent | undefined {
  if (proxy === undefined || (proxy.kind !== 'socks5' && scheme === 'http')) return undefined;
  const user = proxy.credentials === undefined ? '' : `${proxy.credentials}@`;
  const url = `${proxy.kind}://${user}${proxy.host ?? '127.0.0.1'}:${port}`;
  // socks5h: the proxy resolves names, as with Go.
  if (proxy.kind === 'socks5') return new SocksProxyAgent(url.replace('socks5:', 'socks5h:'), options);
  return new HttpsProxyAgent(url, { ...options, ca: authority });
}
