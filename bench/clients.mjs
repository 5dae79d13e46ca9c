// @ts-check
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';

import { AnsweringStream } from './answering-stream.mjs';

const require = createRequire(import.meta.url);

const path = '/some/path?with=query';
const headers = { accept: 'application/json' };

/**
 * What a benchmark drives: `get` makes a GET, on a connection that is open already where its client keeps them, and reads the
 * response to its end.
 *
 * @typedef {{ get(): Promise<unknown>, close(): unknown }} Client
 * @typedef {object} ClientOptions
 * @property {string} origin
 * @property {number} concurrency how many connections it may open
 * @property {string} [ca] PEM of the server's certificate
 * @property {(request: http.ClientRequest) => void} [onRequest] called with each request of node:http and node:https
 */

/** @type {Record<string, (options: ClientOptions) => Client>} */
export const CLIENTS = {
  http: (options) => nodeClient(http.get, new http.Agent(agentOptions(options)), options),
  // A connection each.
  dial: (options) => nodeClient(http.get, new http.Agent({ keepAlive: false }), options),
  // node:http without a network, for what is counted and not timed.
  memory(options) {
    const agent = new http.Agent(agentOptions(options));
    agent.createConnection = () => new AnsweringStream();
    return nodeClient(http.get, agent, options);
  },
  https: (options) => nodeClient(https.get, new https.Agent(agentOptions(options)), options),
  undici({ origin, concurrency }) {
    // Not before: a program that has loaded it fetches by its dispatcher, and no more by Node's own. By require: dd-trace
    // instruments undici only so.
    const undici = /** @type {typeof import('undici')} */ (require('undici'));
    const dispatcher = new undici.Agent({ connections: concurrency });
    const url = origin + path;
    return {
      get: async () => (await undici.request(url, { dispatcher, headers })).body.dump(),
      close: () => dispatcher.close(),
    };
  },
  fetch({ origin }) {
    const url = origin + path;
    return {
      get: async () => (await fetch(url, { headers })).arrayBuffer(),
      close() {},
    };
  },
  http2({ origin }) {
    const session = http2.connect(origin);
    const fields = { ':path': path, ...headers };
    return {
      get: () =>
        new Promise((resolve, reject) => {
          const stream = session.request(fields);
          stream.on('error', reject);
          stream.on('end', () => resolve(undefined));
          stream.resume();
        }),
      close: () => session.close(),
    };
  },
};

/**
 * An agent keeps 256 idle sockets and no more when nobody says how many: a block of 1,000 at a time would open 744 new ones.
 *
 * @param {ClientOptions} options
 */
function agentOptions({ concurrency, ca }) {
  return {
    keepAlive: true,
    maxSockets: concurrency,
    maxFreeSockets: concurrency,
    ...(ca !== undefined && { ca }),
  };
}

/**
 * @param {typeof http.get} get of the module's object, so that what patches that is used
 * @param {http.Agent} agent
 * @param {ClientOptions} options
 * @returns {Client}
 */
function nodeClient(get, agent, { origin, onRequest }) {
  const { hostname, port } = new URL(origin);
  const options = { host: hostname, port, path, agent, headers };
  return {
    get: () =>
      new Promise((resolve, reject) => {
        const request = get(options, (response) => {
          response.resume();
          response.on('end', () => resolve(undefined));
        });
        request.on('error', reject);
        onRequest?.(request);
      }),
    close: () => agent.destroy(),
  };
}
