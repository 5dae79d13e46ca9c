import { describe, expect, it, vi } from 'vitest';

import { Context, observe, runWithClientTrace, type ClientTrace } from '../../src/index.ts';
import { HOOK_NAMES } from '../../src/trace/hooks.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { finish, httpsAgent, open } from './exchange.ts';

/** Makes every hook of node:http fire in one exchange. */
async function informing(peer: Peer): Promise<void> {
  for (;;) {
    await peer.head();
    peer.send('HTTP/1.1 100 Continue\r\n\r\n');
    await peer.bytes(4);
    peer.respond();
  }
}

const REQUEST = { method: 'POST', headers: { expect: '100-continue', 'content-length': '4' } };

/** A trace of which each hook fails by `fail`. */
function failing(fail: (name: string) => unknown): ClientTrace {
  return Object.fromEntries(HOOK_NAMES.map((name) => [name, () => fail(name)]));
}

/** The warnings of httptrace that come while `fn` runs. */
async function warningsOf(fn: () => Promise<unknown>): Promise<Error[]> {
  // Instead of listening to 'warning', so that they are not printed too.
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  await fn();
  // Hooks that rejected are reported in a later microtask.
  await new Promise(setImmediate);
  const warnings = emit.mock.calls.map(([warning]) => warning as unknown as Error); // httptrace emits Errors
  emit.mockRestore();
  return warnings.filter(({ name }) => name === 'HttptraceWarning');
}

const FAILURES: [way: string, fail: (name: string) => unknown][] = [
  [
    'throws',
    (name) => {
      throw new Error(`${name} is broken`);
    },
  ],
  [
    'throws no Error',
    (name) => {
      // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
      throw name;
    },
  ],
  ['rejects', (name) => Promise.reject(new Error(`${name} is broken`))],
];

describe.each(FAILURES)('a hook that %s', (_way, fail) => {
  it.each(['context', 'observe'])('is reported once and the request goes on, watched by %s', async (mode) => {
    const traced = recordings();
    const server = await scriptedServer(informing, { tls: true });
    const trace = failing(fail);
    const agent = httpsAgent();
    const url = `https://localhost:${server.port}/`;
    const exchange = (): Promise<unknown> => finish(open(url, { agent, family: 4, ...REQUEST }), 'body');
    const warnings = await warningsOf(() =>
      traced.run(async () => {
        for (let i = 0; i < 2; i++) {
          if (mode === 'context') await runWithClientTrace(trace, exchange);
          else {
            const observer = observe(() => trace);
            await exchange();
            observer[Symbol.dispose]();
          }
          await traced.settled();
        }
      }),
    );
    const names = warnings.map(({ message }) => /^httptrace: (\w+) failed/.exec(message)?.[1]);
    expect(new Set(names)).toEqual(new Set(HOOK_NAMES));
    expect(names).toHaveLength(HOOK_NAMES.length);
    for (const warning of warnings) expect(warning).toMatchObject({ code: 'ERR_HTTPTRACE_HOOK' });
    // The other trace saw everything.
    const [recorder] = await traced.settled();
    expect(HOOK_NAMES.filter((name) => !recorder!.has(name))).toEqual([]);
  });
});

describe('a factory that throws', () => {
  it('is reported once, and the request goes on untraced by it', async () => {
    const traced = recordings();
    const server = await scriptedServer(informing, { tls: true });
    const agent = httpsAgent();
    const factory = (): ClientTrace => {
      throw new Error('no trace');
    };
    const warnings = await warningsOf(() =>
      runWithClientTrace(factory, () =>
        traced.run(async () => {
          await finish(open(`${server.origin}/`, { agent, ...REQUEST }), 'body');
          await finish(open(`${server.origin}/`, { agent, ...REQUEST }), 'body');
        }),
      ),
    );
    expect(warnings.map(({ message }) => message.split('\n')[0])).toEqual([
      'httptrace: TraceFactory failed and was ignored; the request goes on. It failed with: Error: no trace',
    ]);
    expect(traced.roundTrips).toHaveLength(2);
  });
});

describe('a hook', () => {
  it('sees the context of its request, whoever causes the event', async () => {
    const server = await scriptedServer(informing, { tls: true });
    const agent = httpsAgent({ maxSockets: 1 });
    const key = Context.key<number>('request');
    const seen: [name: string, request: number | undefined][] = [];
    const trace = failing((name) => seen.push([name, Context.current().value(key)]) && undefined);
    let done = 0;
    const finished = new Promise<void>((resolve) => {
      trace.roundTripDone = () => void (++done === 3 && resolve());
    });
    await runWithClientTrace(trace, () =>
      Promise.all(
        [1, 2, 3].map((number) =>
          Context.current()
            .withValue(key, number)
            .run(() => finish(open(server.origin, { agent, ...REQUEST }), 'body')),
        ),
      ),
    );
    await finished;
    for (const number of [1, 2, 3]) {
      const names = seen.filter(([, request]) => request === number).map(([name]) => name);
      expect(names.filter((name) => name === 'getConn' || name === 'putIdleConn')).toEqual([
        'getConn',
        'putIdleConn',
      ]);
    }
    expect(seen.filter(([, request]) => request === undefined)).toEqual([]);
  });

  it('is not called for what runs untraced, nor are observers', async () => {
    const traced = recordings();
    const server = await scriptedServer(informing, { tls: true });
    const observer = observe(traced.observer);
    await traced.run(() =>
      Context.untraced.run(() => finish(open(server.origin, { agent: httpsAgent(), ...REQUEST }), 'body')),
    );
    observer[Symbol.dispose]();
    expect(traced.roundTrips).toEqual([]);
  });

  it('may make a request itself', async () => {
    const server = await scriptedServer(informing, { tls: true });
    const agent = httpsAgent();
    let inner: Promise<unknown> | undefined;
    const trace: ClientTrace = {
      gotConn() {
        inner ??= Context.untraced.run(() =>
          finish(open(server.origin, { agent, ...REQUEST }), 'inner'.slice(1)),
        );
      },
    };
    await runWithClientTrace(trace, () => finish(open(server.origin, { agent, ...REQUEST }), 'body'));
    await inner;
    expect(inner).toBeInstanceOf(Promise);
  });

  it('may destroy the request', async () => {
    const traced = recordings();
    const server = await scriptedServer(informing, { tls: true });
    for (const name of HOOK_NAMES.filter(
      (name) => !name.startsWith('dns') && name !== 'roundTripStart' && name !== 'getConn',
    )) {
      const agent = httpsAgent();
      await traced.run(async () => {
        const request = runWithClientTrace({ [name]: () => void request.destroy() }, () =>
          open(server.origin, { agent, ...REQUEST }),
        );
        request.on('error', () => {});
        request.on('response', (response) => response.on('error', () => {}).resume());
        request.end('body');
        if (!request.closed) await new Promise((resolve) => request.once('close', resolve));
      });
      await traced.settled();
    }
    expect(traced.roundTrips.length).toBeGreaterThan(10);
  });
});
