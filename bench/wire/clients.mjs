// The clients: each sends three requests on one connection, and reads their answers.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The three requests, in their order on each connection: a GET; a PUT whose body is at hand; a PUT whose body comes in two
 * parts with a pause between. The server closes the connection after the last.
 */
export const KINDS = ['get', 'put', 'stream'];

const PAUSE = 3;

/**
 * @typedef {object} Client
 * @property {'http' | 'https' | 'h2c' | 'h2'} server Which one it talks to.
 * @property {(origin: string, onRequest: (request: http.ClientRequest) => void) => (kind: string, body: Buffer) => Promise<unknown>} open
 */

/** @type {Record<string, Client>} */
export const CLIENTS = {
  http: {
    server: 'http',
    open: (origin, onRequest) => core(http, new http.Agent({ keepAlive: true }), origin, onRequest),
  },
  https: {
    server: 'https',
    open: (origin, onRequest) =>
      core(https, new https.Agent({ keepAlive: true, maxCachedSessions: 0 }), origin, onRequest),
  },
  undici: { server: 'http', open: undici },
  'undici-tls': { server: 'https', open: undici },
  fetch: { server: 'http', open: fetched },
  'fetch-tls': { server: 'https', open: fetched },
  h2c: { server: 'h2c', open: streams },
  http2: { server: 'h2', open: streams },
};

function core({ request }, agent, origin, onRequest) {
  return async (kind, body) => {
    const outgoing = request(`${origin}/${kind}`, { agent, method: kind === 'get' ? 'GET' : 'PUT' });
    onRequest(outgoing);
    const [incoming] = await Promise.all([once(outgoing, 'response'), write(outgoing, kind, body)]);
    await read(incoming[0]);
  };
}

async function write(writable, kind, body) {
  if (kind === 'get') return writable.end();
  if (kind === 'put') return writable.end(body);
  writable.write(body);
  await delay(PAUSE);
  return writable.end(body);
}

async function read(readable) {
  readable.resume();
  await once(readable, 'end');
}

async function* inParts(body) {
  yield body;
  await delay(PAUSE);
  yield body;
}

function undici(origin) {
  const opened = import('undici').then(({ Agent, request }) => ({
    request,
    dispatcher: new Agent({ connect: { maxCachedSessions: 0 } }),
  }));
  return async (kind, body) => {
    const { request, dispatcher } = await opened;
    const response = await request(`${origin}/${kind}`, {
      dispatcher,
      method: kind === 'get' ? 'GET' : 'PUT',
      body: kind === 'get' ? null : kind === 'put' ? body : Readable.from(inParts(body)),
    });
    await read(response.body);
  };
}

function fetched(origin) {
  return async (kind, body) => {
    const response = await fetch(`${origin}/${kind}`, {
      method: kind === 'get' ? 'GET' : 'PUT',
      ...(kind === 'put' && { body }),
      ...(kind === 'stream' && { body: Readable.toWeb(Readable.from(inParts(body))), duplex: 'half' }),
    });
    await response.arrayBuffer();
  };
}

function streams(origin) {
  let session;
  return async (kind, body) => {
    if (kind === 'get') session = http2.connect(origin);
    const stream = session.request(
      { ':path': `/${kind}`, ':method': kind === 'get' ? 'GET' : 'PUT' },
      { endStream: kind === 'get' },
    );
    await Promise.all([read(stream), kind === 'get' ? undefined : write(stream, kind, body)]);
    if (kind === 'stream') session.close();
  };
}
