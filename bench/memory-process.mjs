// @ts-check
// What a row allocates and what records retain, in one process: bench/memory.mjs starts it.
import { Session } from 'node:inspector/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';

import { watchedClient } from './watched-client.mjs';

/**
 * @typedef {import('./memory.mjs').Allocation} Allocation
 * @typedef {import('./memory.mjs').Retention} Retention
 * @typedef {import('../src/index.ts').RoundTripRecord} RoundTripRecord
 */

/**
 * Functions of the library that call native code whose allocations V8 takes for theirs: `execute` of Node's parser makes the
 * fields of the response, which are `socketOnData`'s where nobody watches.
 */
const PASSED_ON = ['execute'];

const { task, requests, ...settings } =
  /** @type {{ task: string, requests: number } & import('./watched-client.mjs').ClientSettings} */ (
    JSON.parse(process.argv[2] ?? '') // memory.mjs wrote it
  );
process.send?.(await (task === 'allocation' ? allocation() : retention()));
process.exit();

/**
 * What the library's own functions allocate a request, by V8's sampling heap profiler, which knows the function of each
 * allocation, also of what has been collected.
 *
 * @returns {Promise<Allocation>}
 */
async function allocation() {
  const client = await watchedClient(settings);
  await client.block(8000);
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.enable');
  // Node's types do not know the last two; V8 has them since 10.
  const sampling = {
    samplingInterval: 512,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  };
  await session.post('HeapProfiler.startSampling', sampling);
  await client.block(requests);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  let own = 0;
  let all = 0;
  /** @type {Map<string, number>} */
  const functions = new Map();
  /** @param {import('node:inspector').HeapProfiler.SamplingHeapProfileNode} node */
  function add({ callFrame, selfSize, children }) {
    all += selfSize;
    const isOwn = callFrame.url.startsWith(settings.dist) && !PASSED_ON.includes(callFrame.functionName);
    if (isOwn && selfSize > 0) {
      own += selfSize;
      const name = `${callFrame.functionName} ${callFrame.url.slice(settings.dist.length)}:${callFrame.lineNumber + 1}`;
      functions.set(name, (functions.get(name) ?? 0) + selfSize);
    }
    for (const child of children) add(child);
  }
  add(profile.head);
  const where = [...functions].map(
    ([name, bytes]) => /** @type {const} */ ([name, Math.round(bytes / requests)]),
  );
  return {
    own: own / requests,
    all: all / requests,
    where: where.toSorted(([, a], [, b]) => b - a).slice(0, 12),
  };
}

/**
 * What a kept record retains: the heap with `requests` records, before and after all of them has been read, and without.
 *
 * @returns {Promise<Retention>}
 */
async function retention() {
  const { Recorder, observe } = /** @type {typeof import('../src/index.ts')} */ (
    await import(new URL('index.js', settings.dist).href)
  );
  const client = await watchedClient(settings);
  async function recordAll() {
    const recorder = new Recorder({ limit: requests });
    const observer = observe(recorder.factory);
    await client.block(requests);
    await recorder.flush();
    observer[Symbol.dispose]();
    return recorder;
  }
  await recordAll(); // code and caches that stay are there after it
  const before = await heap();
  /** @type {import('../src/index.ts').Recorder | undefined} */
  let recorder = await recordAll();
  const kept = await heap();
  const values = recorder.records.reduce((sum, record) => sum + valueBytes(record), 0);
  if (recorder.records.some((record) => JSON.stringify(record) === ''))
    throw new Error('a record has no JSON');
  const read = await heap();
  const count = recorder.records.length;
  recorder = undefined;
  const dropped = await heap();
  return {
    record: (kept - dropped) / count,
    read: (read - dropped) / count,
    values: values / count,
    dropped: (dropped - before) / count,
  };
}

/** Bytes on the heap, after everything that can go has gone. */
async function heap() {
  for (let i = 0; i < 6; i++) {
    await nextTurn();
    globalThis.gc?.();
  }
  const { used_heap_size: used, external_memory: external } = getHeapStatistics();
  return used + external;
}

/**
 * Bytes of the values of the response's fields: a one-byte string has 16 bytes before its characters and a multiple of 8.
 * Those of the request are the same strings each time.
 *
 * @param {RoundTripRecord} record
 */
function valueBytes({ response }) {
  return (response?.header ?? []).reduce((sum, [, value]) => sum + 16 + 8 * Math.ceil(value.length / 8), 0);
}
