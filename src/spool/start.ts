import { threadId } from 'node:worker_threads';
import { now } from '../events/clock.ts';
import { processInfo } from '../record/process-info.ts';
import type { RoundTripRecord } from '../record/types.ts';
import { Recorder } from '../recorder.ts';
import { observeThrough } from '../runtime.ts';
import { FileWriter } from './file-writer.ts';
import { writerName } from './names.ts';
import { Outbox } from './outbox.ts';
import { Pace } from './pace.ts';
import { SegmentWriter } from './segment-writer.ts';
import { readSettings, type Target } from './settings.ts';
import type { Sink } from './sink.ts';

/**
 * Traces this thread as its environment says, from now to its end. Whatever goes wrong, the program does not learn of it.
 *
 * @param folder - where this code is: its frames are no application's.
 */
export function start(folder: string): void {
  const settings = readSettings(process.env, process.cwd());
  if (settings === undefined || !isFirst()) return;
  const { callSite, rate, shares } = settings;
  const pace = new Pace(rate, shares);
  const outbox = new Outbox(openSink(settings.target), {
    onAbandoned: () => observation[Symbol.dispose](),
    onWritten: (cost) => pace.noteCost(cost),
  });
  const recorder = new Recorder({
    limit: 0,
    callSite,
    onRecord: (record) => outbox.add(callSite ? withoutFramesOf(folder, record) : record),
    onConnection: (record) => outbox.add(record),
  });
  const gate = { isOpen: () => pace.isOpen(now()), passedOver: () => outbox.skip() };
  const observation = observeThrough(gate, (roundTrip) => {
    if (pace.admits(now())) return recorder.factory(roundTrip);
    outbox.skip();
    return undefined;
  });
  onExit(() => {
    // Nothing is awaited when the timeout is 0.
    void recorder.flush({ timeout: 0 });
    for (const connection of recorder.connections) outbox.add(connection);
    outbox.end();
  });
}

/** False when another installation of httptrace traces this thread already: each request would be told twice. */
function isFirst(): boolean {
  const mark = Symbol.for('httptrace.tracing');
  return !Reflect.has(process, mark) && Reflect.defineProperty(process, mark, { value: true });
}

function openSink(target: Target): Sink {
  if (target.kind === 'file') return new FileWriter(target.path, target.limit, processInfo());
  // Not a random number: a program that seeds them (`--random-seed`) counts how many were taken.
  const unique = process.hrtime.bigint().toString(36);
  return new SegmentWriter(target.folder, writerName(process.pid, threadId, unique), target.owner);
}

/** The first listener for the program's end, and one that its own limit for listeners does not count. */
function onExit(listener: () => void): void {
  const most = process.getMaxListeners();
  if (most > 0) process.setMaxListeners(most + 1);
  process.once('exit', listener);
}

function withoutFramesOf(folder: string, record: RoundTripRecord): RoundTripRecord {
  const { callSite } = record;
  if (callSite === undefined) return record;
  return { ...record, callSite: callSite.filter((frame) => !frame.includes(folder)) };
}
