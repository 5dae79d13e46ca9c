import http from 'node:http';
import http2 from 'node:http2';
import { Agent, request } from 'undici';

/**
 * The clients that the benchmark drives: each makes a GET on a connection that is open already, `concurrency` at a time.
 *
 * @type {Record<string, (origin: string, concurrency: number) => { get(): Promise<unknown>, close(): unknown }>}
 */
export const CLIENTS = {
  http(origin, concurrency) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
    const { hostname, port } = new URL(origin);
    const options = {
      host: hostname,
      port,
      path: '/some/path?with=query',
      agent,
      headers: { accept: 'application/json' },
    };
    return {
      get: () =>
        new Promise((resolve, reject) => {
          const outgoing = http.get(options, (response) => {
            response.resume();
            response.on('end', resolve);
          });
          outgoing.on('error', reject);
        }),
      close: () => agent.destroy(),
    };
  },
  undici(origin, concurrency) {
    const dispatcher = new Agent({ connections: concurrency });
    const url = `${origin}/some/path?with=query`;
    const headers = { accept: 'application/json' };
    return {
      get: async () => (await request(url, { dispatcher, headers })).body.dump(),
      close: () => dispatcher.close(),
    };
  },
  fetch(origin) {
    const url = `${origin}/some/path?with=query`;
    const headers = { accept: 'application/json' };
    return {
      get: async () => (await fetch(url, { headers })).arrayBuffer(),
      close() {},
    };
  },
  http2(origin) {
    const session = http2.connect(origin);
    const headers = { ':path': '/some/path?with=query', accept: 'application/json' };
    return {
      get: () =>
        new Promise((resolve, reject) => {
          const stream = session.request(headers);
          stream.on('error', reject);
          stream.on('end', resolve);
          stream.resume();
        }),
      close: () => session.close(),
    };
  },
};
