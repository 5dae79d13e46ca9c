import vm from 'node:vm';
import { describe, expect, it } from 'vitest';

import {
  Context,
  contextClientTrace,
  observe,
  resolveClientTrace,
  runWithClientTrace,
  withClientTrace,
} from '../../src/index.ts';
import { shared } from '../../src/trace/shared.ts';
import { roundTripInfo } from './round-trip-info.ts';

/** A value that TypeScript would not let through, as JavaScript callers may give it. */
function wrong(value: unknown): never {
  return value as never;
}

const { background } = Context;

describe.each<{ what: string; call: () => unknown; message: string }>([
  {
    what: 'withClientTrace(undefined, trace)',
    call: () => withClientTrace(wrong(undefined), {}),
    message: 'withClientTrace: the context is undefined; use Context.background or Context.current()',
  },
  {
    what: 'withClientTrace(trace, ctx), the wrong way round',
    call: () => withClientTrace(wrong({ gotConn() {} }), wrong(background)),
    message: 'withClientTrace: the context is an object of another kind; use Context.background or',
  },
  {
    what: 'withClientTrace(ctx, null)',
    call: () => withClientTrace(background, wrong(null)),
    message: 'withClientTrace: the trace is null; give an object with hooks, or a factory',
  },
  {
    what: 'withClientTrace(ctx) without a trace',
    call: () => withClientTrace(background, wrong(undefined)),
    message: 'withClientTrace: the trace is undefined',
  },
  {
    what: 'withClientTrace(ctx, a string)',
    call: () => withClientTrace(background, wrong('gotConn')),
    message: 'withClientTrace: the trace is a string',
  },
  {
    what: 'withClientTrace(ctx, an array of traces)',
    call: () => withClientTrace(background, wrong([{}, {}])),
    message: 'withClientTrace: the trace is an array',
  },
  {
    what: 'withClientTrace(ctx, a trace that was not awaited)',
    call: () => withClientTrace(background, wrong(Promise.resolve({}))),
    message: 'withClientTrace: the trace is a promise',
  },
  {
    what: 'runWithClientTrace(undefined, fn)',
    call: () => runWithClientTrace(wrong(undefined), () => {}),
    message: 'withClientTrace: the trace is undefined',
  },
  {
    what: 'runWithClientTrace(trace) without a function',
    call: () => runWithClientTrace({}, wrong(undefined)),
    message: 'Context.run: what to call is undefined; give a function',
  },
  {
    what: 'contextClientTrace(a number)',
    call: () => contextClientTrace(wrong(1)),
    message: 'contextClientTrace: the context is a number',
  },
  {
    what: 'resolveClientTrace(null, info)',
    call: () => resolveClientTrace(wrong(null), roundTripInfo()),
    message: 'resolveClientTrace: the context is null',
  },
  {
    what: 'resolveClientTrace(ctx) without info',
    call: () => resolveClientTrace(background, wrong(undefined)),
    message: 'resolveClientTrace: the info is undefined; give the RoundTripInfo that factories get',
  },
  {
    what: 'observe(a trace instead of a factory)',
    call: () => observe(wrong({ gotConn() {} })),
    message: 'observe: the factory is an object of another kind; give a function that returns a trace',
  },
  {
    what: 'Context.run(undefined)',
    call: () => background.run(wrong(undefined)),
    message: 'Context.run: what to call is undefined; give a function',
  },
  {
    what: 'Context.bind(a promise)',
    call: () => background.bind(wrong(Promise.resolve())),
    message: 'Context.bind: what to call is a promise; give a function',
  },
  {
    what: 'Context.withValue(a string as key)',
    call: () => background.withValue(wrong('key'), 1),
    message: 'Context.withValue: the key is a string; make one with Context.key(name)',
  },
])('$what', ({ call, message }) => {
  it('throws a TypeError with a stable code that names what was given and the way out', () => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).toMatchObject({
      code: 'ERR_HTTPTRACE_ARGUMENT',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('a refused argument', () => {
  it('leaves no observer behind', () => {
    expect(() => observe(wrong(undefined))).toThrow('observe');
    expect(shared().observers).toEqual([]);
  });
});

describe('a trace', () => {
  it('may be an object of another realm', () => {
    const trace = vm.runInNewContext('({ gotConn() {} })') as object;
    expect(contextClientTrace(withClientTrace(background, trace))).toBe(trace);
  });

  it('may be frozen, or have no prototype', () => {
    for (const trace of [Object.freeze({}), Object.create(null) as object]) {
      expect(contextClientTrace(withClientTrace(background, trace))).toBe(trace);
    }
  });
});
