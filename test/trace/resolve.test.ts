import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';

import {
  type ClientTrace,
  Context,
  observe,
  resolveClientTrace,
  type RoundTripInfo,
  runWithClientTrace,
  withClientTrace,
} from '../../src/index.ts';
import { shared } from '../../src/trace/shared.ts';
import { get, httpAgent } from '../http/exchange.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { roundTripInfo } from './round-trip-info.ts';

/** A trace that writes down `name` when the head is written. */
function named(calls: string[], name: string): ClientTrace {
  return { wroteHeaders: () => void calls.push(name) };
}

describe('resolveClientTrace', () => {
  it('composes traces and made traces newest first, then observers in the order in which they came', () => {
    const calls: string[] = [];
    using _one = observe(() => named(calls, 'observer 1'));
    using _two = observe(() => named(calls, 'observer 2'));
    const ctx = [named(calls, 'oldest'), () => named(calls, 'made'), named(calls, 'newest')].reduce<Context>(
      withClientTrace,
      Context.background,
    );
    resolveClientTrace(ctx, roundTripInfo())?.wroteHeaders?.();
    expect(calls).toEqual(['newest', 'made', 'oldest', 'observer 1', 'observer 2']);
  });

  it('gives a trace that is alone as the same object, of a factory too', () => {
    const trace = {};
    const info = roundTripInfo();
    expect(resolveClientTrace(withClientTrace(Context.background, trace), info)).toBe(trace);
    expect(
      resolveClientTrace(
        withClientTrace(Context.background, () => trace),
        info,
      ),
    ).toBe(trace);
  });

  it('is undefined when nobody watches', () => {
    expect(resolveClientTrace(Context.background, roundTripInfo())).toBeUndefined();
  });

  it('gives factories the very info it was given', () => {
    class Info {
      readonly #url = 'http://private.test/';
      get url(): string {
        return this.#url;
      }
    }
    const info = new Info() as unknown as RoundTripInfo; // the rest of it is not read here
    const urls: string[] = [];
    const ctx = withClientTrace(Context.background, (given) => {
      expect(given).toBe(info);
      urls.push(given.url);
      return undefined;
    });
    resolveClientTrace(ctx, info);
    expect(urls).toEqual(['http://private.test/']);
  });

  it('lets no observer decide on a 1xx response', () => {
    const refuse = (): ClientTrace => ({ got1xxResponse: () => new Error('observer') });
    using _ = observe(refuse);
    const alone = resolveClientTrace(Context.background, roundTripInfo());
    expect(alone?.got1xxResponse?.(103, {})).toBeUndefined();
    const error = new Error('trace');
    const ctx = withClientTrace(Context.background, { got1xxResponse: () => error });
    expect(resolveClientTrace(ctx, roundTripInfo())?.got1xxResponse?.(103, {})).toBe(error);
  });
});

describe('Context.untraced', () => {
  it('hides round trips from inner traces, factories and observers', () => {
    let asked = 0;
    using _ = observe(() => void asked++);
    const inner = withClientTrace(
      withClientTrace(Context.untraced, { wroteHeaders() {} }),
      () => void asked++,
    ).withValue(Context.key('k'), 1);
    expect(resolveClientTrace(inner, roundTripInfo())).toBeUndefined();
    expect(asked).toBe(0);
  });

  it('hides a request of node:http that is made inside a traced scope', async () => {
    const calls: string[] = [];
    using _ = observe(() => named(calls, 'observer'));
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    await runWithClientTrace(named(calls, 'outer'), () =>
      Context.untraced.run(() =>
        runWithClientTrace(named(calls, 'inner'), () => get(server.origin, { agent })),
      ),
    );
    expect(calls).toEqual([]);
    await runWithClientTrace(named(calls, 'outer'), () => get(server.origin, { agent }));
    expect(calls).toEqual(['outer', 'observer']);
  });
});

describe('a factory', () => {
  it('is called once a round trip, in the context and with the other stores of the code that makes the request', async () => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent({ maxSockets: 1 });
    const tenants = new AsyncLocalStorage<string>();
    const seen: { tenant: string | undefined; context: Context; info: RoundTripInfo }[] = [];
    const ctx = withClientTrace(Context.background, (info) => {
      seen.push({ tenant: tenants.getStore(), context: Context.current(), info });
      return undefined;
    });
    const [, , outer] = await Promise.all([
      ctx.run(() => tenants.run('a', () => get(`${server.origin}/a`, { agent }))),
      // Queued: the other request's connection serves it.
      ctx.run(() => tenants.run('b', () => get(`${server.origin}/b`, { agent, method: 'POST' }))),
      get(`${server.origin}/untraced`, { agent }),
    ]);
    expect(outer.body).toBe('ok');
    expect(seen.map(({ tenant, info }) => [tenant, info.method, info.url])).toEqual([
      ['a', 'GET', `${server.origin}/a`],
      ['b', 'POST', `${server.origin}/b`],
    ]);
    expect(seen.every(({ context }) => context === ctx)).toBe(true);
    expect(new Set(seen.map(({ info }) => info.id)).size).toBe(2);
  });

  it('makes a trace for its round trip alone', async () => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    const statuses: (readonly [string, number])[] = [];
    const factory = ({ url }: RoundTripInfo): ClientTrace | undefined =>
      url.endsWith('/skip') ? undefined : { gotResponse: ({ status }) => void statuses.push([url, status]) };
    await runWithClientTrace(factory, async () => {
      for (const path of ['/1', '/skip', '/2']) await get(server.origin + path, { agent });
    });
    expect(statuses).toEqual([
      [`${server.origin}/1`, 200],
      [`${server.origin}/2`, 200],
    ]);
  });
});

describe('a hook', () => {
  it("runs in its request's context, whoever's connection serves it", async () => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent({ maxSockets: 1 });
    const user = Context.key<string>('user');
    const seen = new Map<string, Set<string | undefined>>([
      ['a', new Set()],
      ['b', new Set()],
    ]);
    const traced = (name: string): Context => {
      const note = (): void => void seen.get(name)?.add(Context.current().value(user));
      const trace: ClientTrace = {
        getConn: note,
        connectDone: note,
        gotConn: note,
        wroteRequest: note,
        gotFirstResponseByte: note,
        gotLastResponseByte: note,
        putIdleConn: note,
        roundTripDone: note,
      };
      return withClientTrace(Context.background.withValue(user, name), trace);
    };
    await Promise.all(['a', 'b'].map((name) => traced(name).run(() => get(server.origin, { agent }))));
    expect([...seen].map(([name, users]) => [name, [...users]])).toEqual([
      ['a', ['a']],
      ['b', ['b']],
    ]);
  });
});

describe('observe', () => {
  it('sees round trips in and out of contexts, until it is disposed', async () => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    const urls: string[] = [];
    const observer = observe(({ url }) => void urls.push(url));
    await get(`${server.origin}/1`, { agent });
    await Context.background.run(() => get(`${server.origin}/2`, { agent }));
    observer[Symbol.dispose]();
    observer[Symbol.dispose]();
    await get(`${server.origin}/3`, { agent });
    expect(urls).toEqual([`${server.origin}/1`, `${server.origin}/2`]);
    expect(shared().observers).toEqual([]);
  });

  it('disposes only itself where one factory observes twice', () => {
    let asked = 0;
    const factory = (): undefined => void asked++;
    const first = observe(factory);
    using _ = observe(factory);
    first[Symbol.dispose]();
    resolveClientTrace(Context.background, roundTripInfo());
    expect(asked).toBe(1);
  });

  it('keeps its trace in round trips that were open when it was disposed', async () => {
    const server = await scriptedServer(answerAll);
    const calls: string[] = [];
    const observer = observe(() => ({ roundTripDone: () => void calls.push('done') }));
    const exchange = get(server.origin, { agent: false });
    observer[Symbol.dispose]();
    const { request } = await exchange;
    if (!request.destroyed || calls.length === 0) {
      await new Promise<void>((resolve) => request.socket?.once('close', () => resolve()));
    }
    expect(calls).toEqual(['done']);
  });
});
