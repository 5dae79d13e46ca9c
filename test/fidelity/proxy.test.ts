import type http from 'node:http';
import net from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';
import { proxyServer } from '../helpers/proxy-server.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, get, open } from '../http/exchange.ts';
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

describe('agent-waits-to-dial', () => {
  it.each(['http', 'https'] as const)(
    'agent-waits-to-dial: an agent that looks a name up before it dials gives requests of node:%s nothing of the connections that it does not hand over',
    async (scheme) => {
      const proxy = await scriptedServer(async (peer) => {
        await peer.bytes(3); // the greeting
        peer.send(Buffer.from([5, 0]));
        await peer.bytes(10); // the request
        peer.send(Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0])); // not allowed
        await peer.end();
      });
      const agent = new SocksProxyAgent(`socks5://127.0.0.1:${proxy.port}`);
      onTestFinished(() => agent.destroy());
      const opened = whatIsOpenedInConnect(agent);
      const url = `${scheme}://127.0.0.1:${CLOSED_PORT}/`;
      const requests = [1, 2].map(() => open(url, { agent }));
      const sockets: unknown[] = [];
      for (const request of requests) request.on('socket', (socket) => sockets.push(socket));
      const [first, second] = await Promise.all(requests.map((request) => errorOf(request.end())));
      expect(proxy.peers).toHaveLength(2);
      expect(opened()).toBe(0);
      expect(sockets).toEqual([]);
      expect(requests.map(({ socket }) => socket ?? null)).toEqual([null, null]);
      // Two connections, and errors that are the same in all they have.
      expect({ ...first, message: first!.message }).toEqual({ ...second, message: second!.message });
    },
  );
});

describe('error-is-the-clients', () => {
  it('error-is-the-clients: what a SOCKS proxy refuses is an error of socks-proxy-agent, without a code', async () => {
    const proxy = await scriptedServer(async (peer) => {
      await peer.bytes(3);
      peer.send(Buffer.from([5, 0xff])); // no method that suits
      await peer.end();
    });
    const agent = new SocksProxyAgent(`socks5h://127.0.0.1:${proxy.port}`);
    onTestFinished(() => agent.destroy());
    const error = await errorOf(open(`http://127.0.0.1:${CLOSED_PORT}/`, { agent }).end());
    expect(error.name).toBe('Error');
    expect(error.code).toBeUndefined();
  });

  it('error-is-the-clients: a tunnel that its proxy closes is an error of https-proxy-agent, without a code', async () => {
    const proxy = await scriptedServer(async (peer) => {
      await peer.head();
      peer.close();
    });
    const agent = new HttpsProxyAgent(proxy.origin);
    onTestFinished(() => agent.destroy());
    const error = await errorOf(open(`https://127.0.0.1:${CLOSED_PORT}/`, { agent }).end());
    expect(error.name).toBe('Error');
    expect(error.code).toBeUndefined();
  });
});

/** Gives how many sockets have begun to connect before `connect()` of `agent` returned. */
function whatIsOpenedInConnect(agent: SocksProxyAgent): () => number {
  let opened = 0;
  let inConnect = false;
  const dial = net.Socket.prototype.connect;
  const spy = vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (
    this: net.Socket,
    ...args: unknown[]
  ) {
    if (inConnect) opened++;
    Reflect.apply(dial, this, args);
    return this;
  });
  onTestFinished(() => spy.mockRestore());
  const { connect } = agent;
  agent.connect = (...args) => {
    inConnect = true;
    const socket = Reflect.apply(connect, agent, args);
    inConnect = false;
    return socket;
  };
  return () => opened;
}

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
