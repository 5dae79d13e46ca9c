// @ts-check

/** @typedef {{ generations: number, seconds: number }} Length */

/**
 * How much a run measures. `full` has the peers and takes an hour; `short` has the library's rows, for other
 * versions of Node, and takes half an hour; `quick` is for looking at while working, in five.
 *
 * @typedef {object} Plan
 * @property {number} generations of the contests
 * @property {Readonly<Record<string, Length>>} [longer] of clients whose blocks scatter by more
 * @property {number} seconds of measuring each row in each
 * @property {Record<string, readonly string[]>} contests rows for each client
 * @property {readonly number[]} concurrency
 * @property {readonly string[]} composed rows
 * @property {readonly number[]} kept how many records are retained
 * @property {readonly string[]} memory clients
 * @property {boolean} hasGo
 * @property {boolean} hasRegression recorded for the check of each change, too
 */

/** With what part of a context is the AsyncLocalStorage that it is kept in. */
const OWN_AND_STORAGE = ['control', 'installed', 'observe', 'storage', 'context', 'record'];
const OWN = OWN_AND_STORAGE.filter((row) => row !== 'storage');
const TIMERS = ['http-timer', 'http-timer-kept'];
const PEERS = ['opentelemetry', 'dd-trace'];
const COMPOSED = ['context', 'context2', 'context3', 'context5', 'observe', 'observe5'];

/**
 * The median of four blocks, which are the fewest, is off by 3 microseconds a request, that of the ten of six seconds by 1. Most of the
 * time of a process is its warm-up: four seconds more take less than another process does.
 */
const LONGER = { dial: { generations: 9, seconds: 6 }, fetch: { generations: 9, seconds: 6 } };

/** @type {Record<string, Plan>} */
export const PLANS = {
  full: {
    generations: 6,
    longer: LONGER,
    seconds: 1,
    // Those that take longest last: a run that is cut off has the others.
    contests: {
      http: [...OWN_AND_STORAGE, 'imported', 'installed-context', 'on-record', ...TIMERS, ...PEERS],
      dial: [...OWN, ...TIMERS, 'opentelemetry'],
      undici: [...OWN, ...PEERS],
      http2: OWN,
      https: [...OWN, ...TIMERS],
      fetch: [...OWN_AND_STORAGE, 'opentelemetry'],
    },
    concurrency: [1, 10, 100, 1000],
    composed: COMPOSED,
    kept: [0, 1000, 10_000],
    memory: ['http', 'dial', 'undici', 'fetch', 'http2'],
    hasGo: true,
    hasRegression: true,
  },
  short: {
    generations: 6,
    longer: LONGER,
    seconds: 1,
    contests: {
      http: OWN_AND_STORAGE,
      dial: OWN,
      https: OWN,
      undici: OWN,
      fetch: OWN_AND_STORAGE,
      http2: OWN,
    },
    concurrency: [],
    composed: [],
    kept: [],
    memory: ['http', 'dial', 'fetch'],
    hasGo: false,
    hasRegression: false,
  },
  quick: {
    generations: 2,
    seconds: 1,
    contests: { http: OWN, dial: OWN, undici: OWN, fetch: OWN, http2: OWN },
    concurrency: [],
    composed: [],
    kept: [],
    memory: [],
    hasGo: false,
    hasRegression: false,
  },
};

/**
 * For each client: requests in a block, and before the first block. A block has eight collections or more of the young generation
 * (three with undici on Node 26): one takes up to 9 ms, and with one or two of them a block says how many it had and little else. V8
 * goes on compiling until 15,000 requests of node:http have been made on Node 24 (12,000 on 20), 50,000 of fetch, and then has
 * nothing left to do: before, that takes more time than the requests, and more of it the more code there is. On Node 26 a fetch takes
 * twice as long until 20,000 to 70,000 have been made, whatever watches it (docs/discoveries/v8.md).
 */
export const SIZES = /** @type {const} */ ({
  http: { requests: 8000, warmUp: 20_000 },
  dial: { requests: 5000, warmUp: 20_000 },
  https: { requests: 8000, warmUp: 20_000 },
  undici: { requests: 10_000, warmUp: 20_000 },
  fetch: { requests: 3000, warmUp: 80_000 },
  http2: { requests: 8000, warmUp: 20_000 },
});

/** @param {string} client */
export function sizeOf(client) {
  if (client in SIZES) return SIZES[/** @type {keyof typeof SIZES} */ (client)]; // `in` does not narrow a string
  throw new Error(`no client ${client}; there are ${Object.keys(SIZES).join(', ')}`);
}

/**
 * How often a plan starts the processes of a client anew, and for how long it measures each.
 *
 * @param {Plan} plan
 * @param {string} client
 * @returns {Length}
 */
export function lengthOf({ generations, seconds, longer }, client) {
  return longer?.[client] ?? { generations, seconds };
}
