import vm from 'node:vm';
import { describe, expect, it } from 'vitest';

import {
  type ClientTrace,
  Context,
  contextClientTrace,
  observe,
  resolveClientTrace,
  runWithClientTrace,
  withClientTrace,
} from '../../src/index.ts';
import { HOOKS, HOOK_NAMES } from '../../src/trace/hooks.ts';
import { get, httpAgent } from '../http/exchange.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { roundTripInfo } from './round-trip-info.ts';
import { hookWarnings, warned } from './warnings.ts';

/** A hook that throws `error`. */
function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe('a hook that throws', () => {
  it('is told of by one process warning with a stable code, and the next one is called', async () => {
    const warnings = hookWarnings();
    const calls: string[] = [];
    const bad: ClientTrace = { wroteHeaders: thrower(new Error('broken')) };
    const ctx = withClientTrace(
      withClientTrace(Context.background, { wroteHeaders: () => void calls.push('next') }),
      bad,
    );
    contextClientTrace(ctx)?.wroteHeaders?.();
    contextClientTrace(ctx)?.wroteHeaders?.();
    await warned();
    expect(calls).toEqual(['next', 'next']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      name: 'HttptraceWarning',
      code: 'ERR_HTTPTRACE_HOOK',
      message: expect.stringMatching(/^httptrace: wroteHeaders failed and was ignored.*broken/) as string,
      cause: new Error('broken'),
    });
  });

  it('is told of once for each hook and each trace', async () => {
    const warnings = hookWarnings();
    const bad = (): ClientTrace => ({ wroteHeaders: thrower(1), wait100Continue: thrower(2) });
    const trace = contextClientTrace([bad(), bad()].reduce<Context>(withClientTrace, Context.background));
    for (const hook of [trace?.wroteHeaders, trace?.wait100Continue, trace?.wroteHeaders]) hook?.();
    await warned();
    expect(warnings.map(({ message }) => /: (\w+) failed/.exec(message)?.[1])).toEqual([
      'wroteHeaders',
      'wroteHeaders',
      'wait100Continue',
      'wait100Continue',
    ]);
  });

  it.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string', 'text', 'text'],
    ['an object without a prototype', Object.create(null), 'something that cannot be printed'],
    ['an Error of another realm', vm.runInNewContext('new TypeError("far")'), 'TypeError: far'],
  ])('may throw %s', async (_what, thrown: unknown, text) => {
    const warnings = hookWarnings();
    const ctx = withClientTrace(withClientTrace(Context.background, {}), { wroteHeaders: thrower(thrown) });
    contextClientTrace(ctx)?.wroteHeaders?.();
    await warned();
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(`with: ${text}`)]);
  });

  it('may be a getter that throws', async () => {
    const warnings = hookWarnings();
    const trace = Object.defineProperty({}, 'gotConn', { get: thrower(new Error('no such hook')) });
    const server = await scriptedServer(answerAll);
    const { body } = await runWithClientTrace(trace, () => get(server.origin, { agent: httpAgent() }));
    await warned();
    expect(body).toBe('ok');
    expect(warnings).toHaveLength(1);
  });

  it('does not decide as got1xxResponse, not even with an Error', async () => {
    hookWarnings();
    const ctx = withClientTrace(withClientTrace(Context.background, {}), {
      got1xxResponse: thrower(new Error('thrown, not returned')),
    });
    expect(contextClientTrace(ctx)?.got1xxResponse?.(103, {})).toBeUndefined();
    await warned();
  });
});

describe('a request whose every hook fails', () => {
  it.each<{ how: string; fail: () => unknown }>([
    { how: 'throws', fail: thrower(new Error('sync')) },
    { how: 'rejects', fail: () => Promise.reject(new Error('async')) },
    {
      how: 'rejects with a promise of another realm',
      fail: () => vm.runInNewContext('Promise.reject(new Error("far"))') as unknown,
    },
  ])('goes on as if nothing was: each hook $how', async ({ fail }) => {
    const warnings = hookWarnings();
    const called = new Set<string>();
    const trace = Object.fromEntries(
      HOOK_NAMES.map((name) => [name, () => (called.add(name), fail())]),
    ) as ClientTrace;
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
      peer.respond();
      await answerAll(peer);
    });
    const agent = httpAgent();
    const first = await runWithClientTrace(trace, () => get(server.origin, { agent }));
    const second = await runWithClientTrace(trace, () => get(server.origin, { agent }));
    expect([first.body, second.body]).toEqual(['ok', 'ok']);
    await warned();
    const names = warnings.map(({ message }) => /: (\w+) failed/.exec(message)?.[1]);
    expect(new Set(names)).toEqual(called);
    expect(names).toHaveLength(called.size);
    expect(called.has('roundTripDone')).toBe(true);
  });
});

describe('an async hook', () => {
  it('is not waited for, and not told of when it fulfils', async () => {
    const warnings = hookWarnings();
    const trace: object = { wroteHeaders: async () => Promise.resolve() };
    const ctx = withClientTrace(withClientTrace(Context.background, {}), trace);
    expect(contextClientTrace(ctx)?.wroteHeaders?.()).toBeUndefined();
    await warned();
    expect(warnings).toEqual([]);
  });
});

describe('a factory', () => {
  const info = roundTripInfo();

  it.each<{ what: string; factory: () => unknown; text: string }>([
    { what: 'throws', factory: thrower(new Error('no trace today')), text: 'no trace today' },
    { what: 'is async', factory: async () => Promise.resolve({}), text: 'the factory returned a promise' },
    {
      what: 'rejects',
      factory: () => Promise.reject(new Error('x')),
      text: 'the factory returned a promise',
    },
    { what: 'returns a number', factory: () => 5, text: 'the factory returned a number' },
  ])('that $what is skipped and told of once', async ({ factory, text }) => {
    const warnings = hookWarnings();
    const calls: string[] = [];
    const ctx = withClientTrace(
      withClientTrace(Context.background, { wroteHeaders: () => void calls.push('other') }),
      factory as () => ClientTrace,
    );
    resolveClientTrace(ctx, info)?.wroteHeaders?.();
    resolveClientTrace(ctx, info)?.wroteHeaders?.();
    await warned();
    expect(calls).toEqual(['other', 'other']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ code: 'ERR_HTTPTRACE_HOOK' });
    expect(warnings[0]?.message).toContain('TraceFactory failed');
    expect(warnings[0]?.message).toContain(text);
  });

  it('that throws as an observer leaves the request alone', async () => {
    const warnings = hookWarnings();
    using _ = observe(thrower(new Error('observer')));
    const server = await scriptedServer(answerAll);
    const { body } = await get(server.origin, { agent: httpAgent() });
    await warned();
    expect(body).toBe('ok');
    expect(warnings).toHaveLength(1);
  });

  it('may return undefined or null for a round trip that is not traced, without a warning', async () => {
    const warnings = hookWarnings();
    const ctx = withClientTrace(
      withClientTrace(Context.background, () => undefined),
      () => null as never,
    );
    expect(resolveClientTrace(ctx, info)).toBeUndefined();
    await warned();
    expect(warnings).toEqual([]);
  });
});

describe('HOOKS', () => {
  it('names all hooks with the number of arguments they are called with', () => {
    expect(HOOK_NAMES).toHaveLength(20);
    expect(Object.values(HOOKS).every(({ argc }) => argc >= 0 && argc <= 3)).toBe(true);
  });
});
