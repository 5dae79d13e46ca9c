import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { enterEvent, leaveEvent } from '../../src/events/clock.ts';
import { Context, runWithClientTrace, type RoundTripInfo } from '../../src/index.ts';
import { HOOK_NAMES, type HookName } from '../../src/trace/hooks.ts';
import { EventRecorder } from './event-recorder.ts';

type Call = readonly [name: HookName, ...args: unknown[]];

const INFO = { id: 7 } as RoundTripInfo; // the recorder reads no more
const CONN = { conn: new Duplex(), reused: false, wasIdle: false, idleTime: 0 };
const BEGIN: Call[] = [
  ['roundTripStart', INFO],
  ['getConn', 'a:80'],
];
const WRITTEN: Call[] = [['gotConn', CONN], ['wroteHeaders'], ['wroteRequest', { err: null }]];
const READ: Call[] = [['gotFirstResponseByte'], ['gotResponse', {}], ['gotLastResponseByte']];
const END: Call = ['roundTripDone', { err: null }];

/** Calls hooks one after the other, each at a time of its own. */
function play(calls: readonly Call[], recorder = new EventRecorder()): EventRecorder {
  for (const [name, ...args] of calls) call(recorder, performance.now(), name, ...args);
  return recorder;
}

function call(recorder: EventRecorder, time: number, name: HookName, ...args: unknown[]): void {
  const outer = enterEvent(time);
  Reflect.apply(recorder.trace[name]!, recorder, args);
  leaveEvent(outer);
}

function verdict(calls: readonly Call[]): () => void {
  const recorder = play(calls);
  return () => recorder.verify();
}

describe('the event recorder', () => {
  it('has all hooks', () => {
    const { trace } = new EventRecorder();
    expect(HOOK_NAMES.filter((name) => typeof trace[name] !== 'function')).toEqual([]);
  });

  it('accepts a whole round trip', () => {
    const dial: Call[] = [
      ['dnsStart', { host: 'a' }],
      ['dnsDone', { addrs: [], err: null }],
      ['connectStart', 'tcp', '[::1]:80'],
      ['connectDone', 'tcp', '[::1]:80', new Error('refused')],
      ['connectStart', 'tcp', '127.0.0.1:80'],
      ['connectDone', 'tcp', '127.0.0.1:80', null],
    ];
    const recorder = play([...BEGIN, ...dial, ...WRITTEN, ...READ, ['putIdleConn', null], END]);
    recorder.verify();
    expect(recorder.isSettled).toBe(true);
    expect(recorder.events.map(({ roundTrip }) => roundTrip)).toEqual([
      undefined,
      ...Array<number>(15).fill(7),
    ]);
  });

  it('accepts that a dial outlives its round trip', () => {
    const outlived = play([...BEGIN, ['connectStart', 'tcp', 'x'], END]);
    expect(outlived.isSettled).toBe(false);
    expect(() => outlived.verify()).toThrow('connectStart(tcp, x) was never ended');
    play([['connectDone', 'tcp', 'x', null]], outlived).verify();
  });

  it('rejects an event that comes before the one it needs', () => {
    expect(verdict([...BEGIN, ['wroteHeaders'], END])).toThrow('wroteHeaders came before gotConn');
    expect(verdict([['getConn', 'a:80'], ['roundTripStart', INFO], END])).toThrow(
      'getConn came before roundTripStart',
    );
  });

  it('rejects what comes twice', () => {
    expect(verdict([...BEGIN, ...WRITTEN, ['wroteHeaders'], END])).toThrow('wroteHeaders came twice');
  });

  it('rejects a field after the head was written', () => {
    expect(verdict([...BEGIN, ...WRITTEN, ['wroteHeaderField', 'A', ['b']], END])).toThrow(
      'wroteHeaderField came after wroteHeaders',
    );
  });

  it('rejects an end without its beginning, or of something else', () => {
    expect(verdict([...BEGIN, ['dnsDone', { addrs: [], err: null }], END])).toThrow(
      'dnsDone had no open dnsStart()',
    );
    expect(verdict([...BEGIN, ['connectStart', 'tcp', 'x'], ['connectDone', 'tcp', 'y', null], END])).toThrow(
      'connectDone had no open connectStart(tcp, y)',
    );
  });

  it('rejects a beginning without its end', () => {
    expect(verdict(BEGIN)).toThrow('roundTripStart() was never ended');
    expect(verdict([...BEGIN, ['tlsHandshakeStart'], END])).toThrow('tlsHandshakeStart() was never ended');
  });

  it('rejects two ends of a round trip, and what comes after it', () => {
    expect(verdict([...BEGIN, END, END])).toThrow('roundTripDone came twice');
    expect(verdict([...BEGIN, ...WRITTEN, END, ['gotFirstResponseByte']])).toThrow(
      'gotFirstResponseByte came after roundTripDone',
    );
  });

  it('rejects a wrong number of arguments', () => {
    expect(verdict([...BEGIN, ['gotConn', CONN, 'more'], END])).toThrow(
      'gotConn was called with 2 arguments',
    );
  });

  it('rejects a connection that contradicts itself', () => {
    expect(verdict([...BEGIN, ['gotConn', { ...CONN, wasIdle: true }], END])).toThrow(
      'says idle, and not reused',
    );
    expect(verdict([...BEGIN, ['gotConn', { ...CONN, idleTime: 3 }], END])).toThrow(
      'says not idle, and idle for 3 ms',
    );
  });

  it('rejects times that go back, and times to come', () => {
    const recorder = play(BEGIN);
    const time = recorder.the('getConn').time;
    call(recorder, time - 1, 'gotConn', CONN);
    expect(() => recorder.verify()).toThrow('gotConn was stamped 1.000 ms before getConn');
    const early = new EventRecorder();
    call(early, performance.now() + 1000, 'roundTripStart', INFO);
    expect(() => early.verify()).toThrow('roundTripStart was stamped with');
  });

  it('accepts that a dial is told late with its true time', () => {
    const recorder = play(BEGIN);
    const time = recorder.the('roundTripStart').time - 5;
    call(recorder, time, 'connectStart', 'tcp', 'x');
    call(recorder, time + 1, 'connectDone', 'tcp', 'x', null);
    play([...WRITTEN, END], recorder).verify();
  });

  it('rejects a hook outside of the context of the request', () => {
    runWithClientTrace({}, () => {
      const inside = new EventRecorder(Context.current());
      play([...BEGIN, END], inside).verify();
      const outside = new EventRecorder(Context.background);
      play([...BEGIN, END], outside);
      expect(() => outside.verify()).toThrow("roundTripStart was not called in the request's context");
    });
  });
});
