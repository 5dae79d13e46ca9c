import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { Agent as AgentBase, type AgentConnectOpts } from 'agent-base';
import AgentKeepAlive, { HttpsAgent as HttpsAgentKeepAlive } from 'agentkeepalive';
import { create } from 'axios';
import follow from 'follow-redirects';
import { got } from 'got';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { HttpsProxyAgent as HttpsProxyAgent7 } from 'https-proxy-agent-v7';
import fetch from 'node-fetch';
import { SocksProxyAgent } from 'socks-proxy-agent';
import superagent from 'superagent';
import { onTestFinished } from 'vitest';

import { finish, httpAgent, httpsAgent, responseOf } from '../http/exchange.ts';
import { certs } from '../helpers/certs.ts';

/** What a test asks a client to send. */
export interface Message {
  readonly url: string;
  /** Sent by POST. */
  readonly body?: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export type Send = (message: Message) => Promise<Answer>;

/** A client library, and what can be expected of it. */
export interface Client {
  readonly name: string;
  /** Makes a client of its own, with its own connections. */
  readonly make: (proxies: Proxies) => Send;
  /** It follows redirects. */
  readonly follows?: true;
  /** It does not keep connections. */
  readonly pools?: false;
  /** It dials after it has waited, and fails with an error of its own: nothing tells whose dial it was that failed. */
  readonly hidesFailedDial?: true;
  /** It goes through a proxy: the HTTP one, or the SOCKS one. */
  readonly proxy?: keyof Proxies;
}

/** Ports of the proxies on 127.0.0.1. */
export interface Proxies {
  readonly http: number;
  readonly socks: number;
}

/** Ends with the test what holds connections. */
function own<A extends { destroy(): void }>(agent: A): A {
  onTestFinished(() => agent.destroy());
  return agent;
}

function isSecure(url: string): boolean {
  return url.startsWith('https:');
}

function agents(): { readonly http: http.Agent; readonly https: https.Agent } {
  return { http: httpAgent(), https: httpsAgent() };
}

/** Sends by the core, with the agent that `choose` has for the URL. */
function byCore(choose: (url: string) => http.Agent): Send {
  return async ({ url, body }) => {
    const options: https.RequestOptions = {
      agent: choose(url),
      ca: certs().ca,
      method: body === undefined ? 'GET' : 'POST',
    };
    // https-proxy-agent 7 reuses a connection only when the options tell the protocol.
    options.protocol = isSecure(url) ? 'https:' : 'http:';
    const request = isSecure(url) ? https.request(url, options) : http.request(url, options);
    const { response, body: answer } = await finish(request, body);
    return { status: response.statusCode ?? 0, body: answer };
  };
}

class OwnAgent extends AgentBase {
  override async connect(_request: http.ClientRequest, options: AgentConnectOpts): Promise<net.Socket> {
    await Promise.resolve();
    const { host = '127.0.0.1', port } = options as { host?: string; port: number };
    return options.secureEndpoint ? tls.connect({ host, port, ca: certs().ca }) : net.connect(port, host);
  }
}

export const CLIENTS: Client[] = [
  {
    name: 'node:http and node:https',
    make: () => {
      const { http, https } = agents();
      return byCore((url) => (isSecure(url) ? https : http));
    },
  },
  {
    name: 'new ClientRequest',
    make: () => {
      const agent = agents();
      return async ({ url, body }) => {
        const { hostname, port, pathname } = new URL(url);
        const secure = isSecure(url);
        const request = new http.ClientRequest({
          protocol: secure ? 'https:' : 'http:',
          hostname,
          port,
          path: pathname,
          method: body === undefined ? 'GET' : 'POST',
          agent: secure ? agent.https : agent.http,
        });
        const { response, body: answer } = await finish(request, body);
        return { status: response.statusCode ?? 0, body: answer };
      };
    },
  },
  {
    name: 'axios',
    follows: true,
    make: () => {
      const { http: httpAgent, https: httpsAgent } = agents();
      const client = create({
        httpAgent,
        httpsAgent,
        adapter: 'http',
        proxy: false,
        responseType: 'text',
      });
      return async ({ url, body }) => {
        const { status, data } = await client.request<string>({
          url,
          ...(body !== undefined && { method: 'POST', data: body }),
        });
        return { status, body: data };
      };
    },
  },
  {
    name: 'got',
    follows: true,
    make: () => {
      const client = got.extend({
        agent: agents(),
        retry: { limit: 0 },
        https: { certificateAuthority: certs().ca },
      });
      return async ({ url, body }) => {
        const { statusCode, body: answer } = await client(
          url,
          body === undefined ? {} : { method: 'POST', body },
        );
        return { status: statusCode, body: answer };
      };
    },
  },
  {
    name: 'node-fetch',
    follows: true,
    make: () => {
      const agent = agents();
      return async ({ url, body }) => {
        const response = await fetch(url, {
          agent: ({ protocol }) => (protocol === 'https:' ? agent.https : agent.http),
          ...(body !== undefined && { method: 'POST', body }),
        });
        return { status: response.status, body: await response.text() };
      };
    },
  },
  {
    name: 'superagent',
    follows: true,
    make: () => {
      const agent = agents();
      return async ({ url, body }) => {
        const request =
          body === undefined ? superagent.get(url) : superagent.post(url).type('text').send(body);
        const { status, text } = await request.agent(isSecure(url) ? agent.https : agent.http).ca(certs().ca);
        return { status, body: text };
      };
    },
  },
  {
    name: 'follow-redirects',
    follows: true,
    make: () => {
      const agent = agents();
      return async ({ url, body }) => {
        const client = isSecure(url) ? follow.https : follow.http;
        const request = client.request(url, { agents: agent, method: body === undefined ? 'GET' : 'POST' });
        // A RedirectableRequest is not a ClientRequest, and has its events.
        const emitter = request as unknown as http.ClientRequest;
        request.end(body);
        const response = await responseOf(emitter);
        response.setEncoding('latin1');
        let answer = '';
        for await (const chunk of response) answer += String(chunk);
        return { status: response.statusCode ?? 0, body: answer };
      };
    },
  },
  {
    name: 'agentkeepalive',
    make: () => {
      const plain = own(new AgentKeepAlive());
      const secure = own(new HttpsAgentKeepAlive({ ca: certs().ca }));
      return byCore((url) => (isSecure(url) ? secure : plain));
    },
  },
  {
    name: 'agent-base',
    make: () => {
      const agent = own(new OwnAgent({ keepAlive: true }));
      return byCore(() => agent);
    },
  },
  {
    name: 'https-proxy-agent',
    proxy: 'http',
    make: (proxies) => {
      const agent = own(new HttpsProxyAgent(`http://127.0.0.1:${proxies.http}`, { keepAlive: true }));
      return byCore(() => agent);
    },
  },
  {
    name: 'https-proxy-agent 7',
    proxy: 'http',
    make: (proxies) => {
      const agent = own(new HttpsProxyAgent7(`http://127.0.0.1:${proxies.http}`, { keepAlive: true }));
      return byCore(() => agent);
    },
  },
  {
    name: 'socks-proxy-agent',
    proxy: 'socks',
    make: (proxies) => {
      const agent = own(new SocksProxyAgent(`socks5h://127.0.0.1:${proxies.socks}`, { keepAlive: true }));
      return byCore(() => agent);
    },
  },
  {
    name: 'socks-proxy-agent that looks names up itself',
    proxy: 'socks',
    hidesFailedDial: true,
    make: (proxies) => {
      const agent = own(new SocksProxyAgent(`socks5://127.0.0.1:${proxies.socks}`, { keepAlive: true }));
      return byCore(() => agent);
    },
  },
  {
    name: 'no agent',
    pools: false,
    make:
      () =>
      async ({ url, body }) => {
        const options = {
          agent: false as const,
          ca: certs().ca,
          method: body === undefined ? 'GET' : 'POST',
        };
        const request = isSecure(url) ? https.request(url, options) : http.request(url, options);
        const { response, body: answer } = await finish(request, body);
        return { status: response.statusCode ?? 0, body: answer };
      },
  },
  {
    name: 'the createConnection option',
    pools: false,
    make:
      () =>
      async ({ url, body }) => {
        const { port } = new URL(url);
        const request = http.request(url.replace('https:', 'http:'), {
          createConnection: () =>
            isSecure(url)
              ? tls.connect({ port: Number(port), host: '127.0.0.1', ca: certs().ca })
              : net.connect(Number(port), '127.0.0.1'),
          method: body === undefined ? 'GET' : 'POST',
        });
        const { response, body: answer } = await finish(request, body);
        return { status: response.statusCode ?? 0, body: answer };
      },
  },
];
