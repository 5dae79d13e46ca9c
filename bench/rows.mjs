// @ts-check
import { httpTimer, httpTimerKept } from './peers/http-timer.mjs';
import { openTelemetry } from './peers/opentelemetry.mjs';
import { ddTrace } from './peers/dd-trace.mjs';

/** @typedef {typeof import('../src/index.ts')} Library */
/** @typedef {import('../src/index.ts').ClientTrace} ClientTrace */
/** @typedef {import('../src/index.ts').TraceFactory} TraceFactory */
/** @typedef {import('./block.mjs').Times} Times */

/**
 * What a row has started in its process.
 *
 * @typedef {object} Started
 * @property {(block: () => Promise<Times>) => Promise<Times>} [around] runs a block of requests
 * @property {(request: import('node:http').ClientRequest) => void} [onRequest] called with each request of node:http
 * @property {() => number} [seen] how many requests it has seen to their end, to prove that it watches
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {readonly string[]} [clients] those that it can watch; all when absent
 * @property {boolean} [isPeer] needs what bench/package.json names
 * @property {(dist: string) => Promise<Started>} start called once a process, before any client is made
 */

/** Microseconds that a row is to waste a request: shows that the regression check can fail. */
const injected = Number(process.env.BENCH_INJECT ?? 0);

/** @param {number} microseconds */
function waste(microseconds) {
  const end = performance.now() + microseconds / 1000;
  while (performance.now() < end);
}

/** Every row of the table; each runs in a process of its own. @type {Record<string, Row>} */
export const ROWS = {
  nothing: { title: 'nothing', start: async () => ({}) },
  // Nothing against nothing: what the method itself scatters.
  control: { title: 'nothing, again (control)', start: async () => ({}) },
  imported: {
    title: 'httptrace imported',
    async start(dist) {
      await library(dist);
      return {};
    },
  },
  installed: {
    title: 'installed, nobody traces',
    async start(dist) {
      const { observe } = await library(dist);
      observe(() => undefined)[Symbol.dispose]();
      return {};
    },
  },
  'installed-context': {
    title: 'installed by a context, nobody traces',
    async start(dist) {
      const { runWithClientTrace } = await library(dist);
      runWithClientTrace({}, () => {});
      return {};
    },
  },
  observe: {
    title: 'sixteen hooks, `observe`',
    async start(dist) {
      const { observe } = await library(dist);
      const { trace, seen } = await emptyHooks(dist);
      return { around: observing(observe, [() => trace]), seen };
    },
  },
  // What a context is kept in, and nothing of ours.
  storage: {
    title: 'an AsyncLocalStorage, no hooks',
    async start() {
      const { AsyncLocalStorage } = await import('node:async_hooks');
      const storage = new AsyncLocalStorage();
      return { around: (block) => storage.run({}, block) };
    },
  },
  context: {
    title: 'sixteen hooks, a context',
    start: (dist) => nested(dist, 1),
  },
  context2: { title: 'two traces of sixteen hooks', start: (dist) => nested(dist, 2) },
  context3: { title: 'three traces of sixteen hooks', start: (dist) => nested(dist, 3) },
  context5: { title: 'five traces of sixteen hooks', start: (dist) => nested(dist, 5) },
  observe5: {
    title: 'five observers of sixteen hooks',
    async start(dist) {
      const { observe } = await library(dist);
      const traces = await Promise.all(Array.from({ length: 5 }, () => emptyHooks(dist)));
      const factories = traces.map(
        ({ trace }) =>
          () =>
            trace,
      );
      return {
        around: observing(observe, factories),
        seen: () => Math.min(...traces.map(({ seen }) => seen())),
      };
    },
  },
  record: keeping(10_000, 'recording everything'),
  'on-record': {
    title: 'recording everything, each record made at once (`onRecord`)',
    async start(dist) {
      const { observe, Recorder } = await library(dist);
      let seen = 0;
      const recorder = new Recorder({
        limit: 0,
        onRecord() {
          seen++;
          if (injected > 0) waste(injected);
        },
      });
      return { around: observing(observe, [recorder.factory]), seen: () => seen };
    },
  },
  keep0: keeping(0),
  keep1000: keeping(1000),
  keep10000: keeping(10_000),
  'http-timer': httpTimer,
  'http-timer-kept': httpTimerKept,
  opentelemetry: openTelemetry,
  'dd-trace': ddTrace,
};

/**
 * @param {string} dist folder of the library's build
 * @returns {Promise<Library>}
 */
function library(dist) {
  return import(new URL('index.js', dist).href);
}

/**
 * Recording everything, the last `limit` records kept; a Recorder's own limit is 10,000.
 *
 * @param {number} limit
 * @param {string} [title]
 * @returns {Row}
 */
function keeping(limit, title = `recording everything, ${limit.toLocaleString('en')} kept`) {
  return {
    title,
    async start(dist) {
      const { observe, Recorder } = await library(dist);
      const recorder = new Recorder({ limit });
      return {
        around: observing(observe, [recorder.factory]),
        // Without a limit that keeps any, nothing tells that a record was made.
        ...(limit > 0 && { seen: () => recorder.records.length + recorder.dropped }),
      };
    },
  };
}

/**
 * Runs blocks while `factories` observe, and not longer.
 *
 * @param {Library['observe']} observe
 * @param {readonly TraceFactory[]} factories
 * @returns {(block: () => Promise<Times>) => Promise<Times>}
 */
function observing(observe, factories) {
  return async (block) => {
    const observers = factories.map((factory) => observe(factory));
    try {
      return await block();
    } finally {
      for (const observer of observers) observer[Symbol.dispose]();
    }
  };
}

/**
 * Sixteen hooks that do nothing, except that one counts.
 *
 * @param {string} dist
 */
async function emptyHooks(dist) {
  /** @type {typeof import('../src/trace/hooks.ts')} */
  const { HOOK_NAMES } = await import(new URL('trace/hooks.js', dist).href);
  let seen = 0;
  /** @type {ClientTrace} */
  const trace = Object.fromEntries(HOOK_NAMES.slice(0, 16).map((name) => [name, () => {}]));
  trace.wroteRequest = () => {
    seen++;
    if (injected > 0) waste(injected);
  };
  return { trace, seen: () => seen };
}

/**
 * A context with `depth` traces.
 *
 * @param {string} dist
 * @param {number} depth
 * @returns {Promise<Started>}
 */
async function nested(dist, depth) {
  const { Context, withClientTrace } = await library(dist);
  const traces = await Promise.all(Array.from({ length: depth }, () => emptyHooks(dist)));
  const context = traces.reduce((ctx, { trace }) => withClientTrace(ctx, trace), Context.background);
  return {
    around: (block) => context.run(block),
    seen: () => Math.min(...traces.map(({ seen }) => seen())),
  };
}
