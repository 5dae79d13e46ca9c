// What tells the times: httptrace, and what people would use instead. Each notes under the hooks' names what it is told.
import diagnostics from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * What a tool told of one request.
 *
 * @typedef {object} Told
 * @property {number | undefined} port The client's.
 * @property {Record<string, number>} times By hook, in milliseconds.
 */

/**
 * @typedef {object} Tool
 * @property {'monotonic' | 'realtime'} clock
 * @property {(request: import('node:http').ClientRequest) => void} onRequest
 * @property {Told[]} told In the order in which the requests began.
 */

/** @type {Record<string, { clients: readonly string[], start: (options: { dist: string, peers: string }) => Promise<Tool> }>} */
export const TOOLS = {
  httptrace: {
    clients: ['http', 'https', 'undici', 'undici-tls', 'fetch', 'fetch-tls', 'h2c', 'http2'],
    start: httptrace,
  },
  'http-timer': { clients: ['http', 'https'], start: httpTimer },
  'undici channels': { clients: ['undici', 'undici-tls', 'fetch', 'fetch-tls'], start: channels },
};

const HOOKS = [
  'connectStart',
  'connectDone',
  'tlsHandshakeStart',
  'tlsHandshakeDone',
  'wroteHeaders',
  'wroteRequest',
  'gotFirstResponseByte',
  'gotLastResponseByte',
];

async function httptrace({ dist }) {
  const { eventTime, observe } = await import(dist);
  /** @type {Told[]} */
  const told = [];
  observe(() => {
    /** @type {Told} */
    const request = { port: undefined, times: {} };
    told.push(request);
    const trace = {
      gotConn({ conn }) {
        request.port = conn.localPort;
      },
    };
    for (const hook of HOOKS) trace[hook] = () => (request.times[hook] = eventTime());
    return trace;
  });
  return { clock: 'monotonic', onRequest() {}, told };
}

/** Of bench/package.json: no dependency of the package, so no module is imported by this name. */
const HTTP_TIMER = '@szmarczak/http-timer';

async function httpTimer({ peers }) {
  const require = createRequire(pathToFileURL(`${peers}/`));
  const { default: timer } = await import(pathToFileURL(require.resolve(HTTP_TIMER)).href);
  /** @type {Told[]} */
  const told = [];
  /** @param {import('node:http').ClientRequest} request */
  function onRequest(request) {
    const timings = timer(request);
    /** @type {Told} */
    const known = { port: undefined, times: {} };
    told.push(known);
    request.on('response', (response) => {
      known.port = request.socket?.localPort;
      response.on('end', () => {
        const { lookup, connect, secureConnect, upload, response: first, end } = timings;
        known.times = {
          connectStart: lookup,
          connectDone: connect,
          tlsHandshakeDone: secureConnect,
          wroteRequest: upload,
          gotFirstResponseByte: first,
          gotLastResponseByte: end,
        };
      });
    });
  }
  return { clock: 'realtime', onRequest, told };
}

async function channels() {
  /** @type {Told[]} */
  const told = [];
  /** @type {Told} */
  let request = { port: undefined, times: {} };
  // One request at a time: what comes is of the latest.
  /** @type {Record<string, (message: { socket: import('node:net').Socket }) => void>} */
  const subscribers = {
    'undici:request:create'() {
      told.push((request = { port: undefined, times: {} }));
    },
    'undici:client:beforeConnect'() {
      request.times.connectStart = performance.now();
    },
    'undici:client:connected'({ socket }) {
      request.times['encrypted' in socket ? 'tlsHandshakeDone' : 'connectDone'] = performance.now();
    },
    'undici:client:sendHeaders'({ socket }) {
      request.times.wroteHeaders = performance.now();
      request.port = socket.localPort;
    },
    'undici:request:bodySent'() {
      request.times.wroteRequest = performance.now();
    },
    'undici:request:headers'() {
      request.times.gotFirstResponseByte = performance.now();
    },
    'undici:request:trailers'() {
      request.times.gotLastResponseByte = performance.now();
    },
  };
  for (const [channel, subscriber] of Object.entries(subscribers)) diagnostics.subscribe(channel, subscriber);
  return { clock: 'monotonic', onRequest() {}, told };
}
