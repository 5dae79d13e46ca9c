import net from 'node:net';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';

import { type ClientTrace, Context, contextClientTrace, withClientTrace } from '../../src/index.ts';
import { HOOKS, HOOK_NAMES } from '../../src/trace/hooks.ts';

const HEADER = { link: ['</a>'] };

/** The composed trace of `traces`, the first of which was added first. */
function composed(...traces: ClientTrace[]): ClientTrace {
  const trace = contextClientTrace(
    traces.reduce((ctx, trace) => withClientTrace(ctx, trace), Context.background),
  );
  if (trace === undefined) throw new Error('no trace was composed');
  return trace;
}

/** Calls hook `name`, with as many arguments as it has. */
function call(trace: ClientTrace, name: keyof ClientTrace): unknown {
  const hook = trace[name] as ((...args: unknown[]) => unknown) | undefined;
  return hook?.call(trace, ...[1, 2, 3].slice(0, HOOKS[name].argc));
}

describe('contextClientTrace', () => {
  it('is undefined where there is no trace', () => {
    expect(contextClientTrace(Context.background)).toBeUndefined();
    expect(contextClientTrace(withClientTrace(Context.background, () => ({})))).toBeUndefined();
  });

  it('gives a trace that is alone as the same object', () => {
    const trace = {};
    const ctx = withClientTrace(Context.background, trace);
    expect(contextClientTrace(ctx)).toBe(trace);
    expect(contextClientTrace(ctx.withValue(Context.key('k'), 1))).toBe(trace);
    expect(contextClientTrace(withClientTrace(ctx, () => undefined))).toBe(trace);
  });

  it('gives the same composed trace each time', () => {
    const ctx = withClientTrace(withClientTrace(Context.background, {}), {});
    expect(contextClientTrace(ctx)).toBe(contextClientTrace(ctx));
  });

  it('can be put into another context again', () => {
    const calls: string[] = [];
    const trace = composed(
      { wroteHeaders: () => void calls.push('a') },
      { wroteHeaders: () => void calls.push('b') },
    );
    composed(trace, { wroteHeaders: () => void calls.push('c') }).wroteHeaders?.();
    expect(calls).toEqual(['c', 'b', 'a']);
  });
});

describe('traces that are composed', () => {
  it('are called newest first', () => {
    const calls: string[] = [];
    const named = (name: string): ClientTrace => ({
      getConn: (hostPort) => void calls.push(`${name} ${hostPort}`),
    });
    composed(named('old'), named('newer'), named('newest')).getConn?.('a:80');
    expect(calls).toEqual(['newest a:80', 'newer a:80', 'old a:80']);
  });

  it('are not changed', () => {
    const old = Object.freeze({ wroteHeaders() {} });
    const added = Object.freeze({ wroteRequest() {} });
    const trace = composed(old, added);
    expect(Object.keys(old)).toEqual(['wroteHeaders']);
    expect(Object.keys(added)).toEqual(['wroteRequest']);
    expect(trace.wroteHeaders).toBeTypeOf('function');
    expect(trace.wroteRequest).toBeTypeOf('function');
    expect(trace.gotConn).toBeUndefined();
  });

  it('are called as often as they were added', () => {
    let calls = 0;
    const trace = { wroteHeaders: () => void calls++ };
    composed(trace, trace, trace).wroteHeaders?.();
    expect(calls).toBe(3);
  });

  it('are asked for their hooks when they are called', () => {
    const calls: string[] = [];
    const trace: ClientTrace = { wroteHeaders: () => void calls.push('before') };
    const all = composed(trace, {});
    trace.wroteHeaders = () => void calls.push('after');
    trace.wait100Continue = () => void calls.push('added');
    all.wroteHeaders?.();
    all.wait100Continue?.();
    delete trace.wroteHeaders;
    expect(all.wroteHeaders).toBeUndefined();
    expect(calls).toEqual(['after', 'added']);
  });

  it('may be instances of a class, and are this in their hooks', () => {
    class Counter implements ClientTrace {
      count = 0;
      wroteHeaders(): void {
        this.count++;
      }
    }
    class DoubleCounter extends Counter {
      override wroteHeaders(): void {
        super.wroteHeaders();
        super.wroteHeaders();
      }
    }
    const counters = [new Counter(), new DoubleCounter()];
    composed(...counters).wroteHeaders?.();
    expect(counters.map(({ count }) => count)).toEqual([1, 2]);
  });

  it.each(HOOK_NAMES)('get exactly the arguments of %s', (name) => {
    const calls: unknown[][] = [];
    const trace = { [name]: (...args: unknown[]) => void calls.push(args) };
    call(composed(trace, trace), name);
    const expected = [1, 2, 3].slice(0, HOOKS[name].argc);
    expect(calls).toEqual([expected, expected]);
  });

  it('get the very objects that the client gave', () => {
    const info = { conn: new net.Socket(), reused: true, wasIdle: false, idleTime: 0 };
    const seen: unknown[] = [];
    const trace: ClientTrace = { gotConn: (given) => void seen.push(given) };
    composed(trace, trace).gotConn?.(info);
    expect(seen.every((given) => given === info)).toBe(true);
  });
});

describe('got1xxResponse of composed traces', () => {
  const first = new Error('first');
  const second = new Error('second');

  it('decides by the first that returns an Error, and calls the others all the same', () => {
    const calls: string[] = [];
    const trace = composed(
      { got1xxResponse: () => (calls.push('oldest'), new Error('third')) },
      { got1xxResponse: () => (calls.push('old'), second) },
      { got1xxResponse: () => (calls.push('new'), first) },
      { got1xxResponse: () => void calls.push('newest') },
    );
    expect(trace.got1xxResponse?.(103, HEADER)).toBe(first);
    expect(calls).toEqual(['newest', 'new', 'old', 'oldest']);
  });

  it('takes an Error of another realm, and a DOMException', () => {
    const foreign = vm.runInNewContext('new RangeError("far away")') as Error;
    expect(foreign).not.toBeInstanceOf(Error);
    expect(composed({}, { got1xxResponse: () => foreign }).got1xxResponse?.(103, HEADER)).toBe(foreign);
    const reason = AbortSignal.abort().reason as DOMException;
    expect(composed({}, { got1xxResponse: () => reason }).got1xxResponse?.(103, HEADER)).toBe(reason);
  });

  it('takes nothing else for an Error', () => {
    for (const value of [
      null,
      'no',
      { message: 'looks like one', stack: '' },
      true,
      Promise.resolve(first),
    ]) {
      const trace = composed({}, { got1xxResponse: () => value as never });
      expect(trace.got1xxResponse?.(103, HEADER)).toBeUndefined();
    }
  });

  it('is the only hook whose result counts', () => {
    for (const name of HOOK_NAMES) {
      const decides = call(composed({}, { [name]: () => first }), name) === first;
      expect(decides, name).toBe(name === 'got1xxResponse');
    }
  });
});
