import { expect, it, vi } from 'vitest';

import {
  Context,
  observe,
  runWithClientTrace,
  type ClientTrace,
  type RoundTripInfo,
} from '../../src/index.ts';
import { HOOK_NAMES, type HookName } from '../../src/trace/hooks.ts';
import { recordings } from '../helpers/recordings.ts';
import { targets } from './drivers/table.ts';
import { answering, origin, type Served } from './origin.ts';
import { atRest, behaviour, gate, scene } from './scene.ts';

/** A trace of which each hook does `act`. */
function everyHook(act: (name: HookName) => unknown): ClientTrace {
  return Object.fromEntries(HOOK_NAMES.map((name) => [name, () => act(name)]));
}

/** A trace that ends a promise with its round trip. */
function awaited(trace: ClientTrace): { readonly trace: ClientTrace; readonly done: Promise<void> } {
  const done = gate();
  const { roundTripDone } = trace;
  return {
    trace: {
      ...trace,
      roundTripDone(info) {
        roundTripDone?.(info);
        done.open();
      },
    },
    done: done.opened,
  };
}

async function informing(served: Served): Promise<void> {
  await served.text();
  served.inform(103, { link: '</a>' });
  served.respond();
}

behaviour('hooks that throw', targets([], { without: ['retries'] }), (target) => {
  it('are reported once each, and the request goes on', async () => {
    const { traced, server, send } = await scene(target, informing);
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const failing = everyHook((name) => {
      throw new Error(`${name} is broken`);
    });
    const exchange = async (): Promise<void> => {
      expect(await send({ url: `${server.url}/`, body: 'x' })).toEqual({ status: 200, body: 'ok' });
      await traced.settled();
      await atRest();
    };
    await traced.run(async () => {
      for (let i = 0; i < 2; i++) {
        if (target.mode === 'context') await runWithClientTrace(failing, exchange);
        else {
          const observer = observe(() => failing);
          await exchange();
          observer[Symbol.dispose]();
        }
      }
    });
    const warnings = emit.mock.calls.map(
      ([warning]) => warning as unknown as Error & { readonly code?: string },
    ); // httptrace emits Errors
    emit.mockRestore();
    const ours = warnings.filter(({ name }) => name === 'HttptraceWarning');
    const names = ours.map(({ message }) => /^httptrace: (\w+) failed/.exec(message)?.[1]);
    const [recorder] = await traced.settled();
    expect(new Set(names)).toEqual(new Set(recorder!.names));
    expect(names).toHaveLength(new Set(names).size);
    for (const { code } of ours) expect(code).toBe('ERR_HTTPTRACE_HOOK');
  });
});

behaviour('hooks', targets(), (target) => {
  it('come in the order of who registered last, and observers come last', async () => {
    const traced = recordings();
    const server = await origin(answering, { http: target.driver.http, secure: target.secure });
    const send = await target.driver.make();
    const log: string[] = [];
    const saying = (who: string): ClientTrace => ({
      getConn: () => log.push(`${who} getConn`),
      roundTripDone: () => log.push(`${who} roundTripDone`),
    });
    const observer = observe(() => saying('observer'));
    await traced.run(() =>
      runWithClientTrace(saying('older'), () =>
        runWithClientTrace(
          () => saying('newer'),
          () => send({ url: `${server.url}/` }),
        ),
      ),
    );
    await traced.settled();
    observer[Symbol.dispose]();
    expect(log).toEqual(
      ['getConn', 'roundTripDone'].flatMap((name) => [`newer ${name}`, `older ${name}`, `observer ${name}`]),
    );
  });

  it('are not called for what runs untraced, nor are observers', async () => {
    const { traced, server, send } = await scene(target, answering);
    const observer = observe(traced.observer);
    await traced.run(() => Context.untraced.run(() => send({ url: `${server.url}/` })));
    observer[Symbol.dispose]();
    expect(traced.roundTrips).toEqual([]);
  });

  it('are not called of a factory that wants none', async () => {
    const { server, send } = await scene(target, answering);
    const asked: RoundTripInfo[] = [];
    await runWithClientTrace(
      (info) => void asked.push(info),
      () => send({ url: `${server.url}/sampled` }),
    );
    expect(asked.map(({ url, method }) => `${method} ${url}`)).toEqual([`GET ${server.url}/sampled`]);
  });

  it('may make a request themselves', async () => {
    const { traced, server, send } = await scene(target, answering);
    let inner: Promise<unknown> | undefined;
    const trace: ClientTrace = {
      gotConn: () => void (inner ??= Context.untraced.run(() => send({ url: `${server.url}/inner` }))),
    };
    await traced.run(() => runWithClientTrace(trace, () => send({ url: `${server.url}/outer` })));
    expect(await inner).toEqual({ status: 200, body: 'ok' });
    expect(await traced.settled()).toHaveLength(1);
  });

  it('of plain traces know nothing of another trace, and have it as their `this`', async () => {
    const { server, send } = await scene(target, answering);
    const seen: unknown[] = [];
    const { trace, done } = awaited({});
    const plain: ClientTrace = {
      getConn() {
        seen.push(this);
      },
    };
    await runWithClientTrace(trace, () => runWithClientTrace(plain, () => send({ url: `${server.url}/` })));
    await done;
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBe(plain);
  });
});

behaviour('requests at once', targets(), (target) => {
  it('are never mixed: each hook sees its own request and its own context', async () => {
    const count = 12;
    // Answered in an order of the server's own, the last one first.
    const waiting: (() => void)[] = [];
    const { server, send } = await scene(target, async (served) => {
      await served.text();
      const answer = gate();
      waiting.push(answer.open);
      if (waiting.length === concurrency) for (const open of waiting.splice(0).toReversed()) open();
      await answer.opened;
      served.respond(served.path, { fields: { 'x-path': served.path } });
    });
    // A client with one connection has one request on it at a time.
    const concurrency = target.driver.oneConnection === true ? 1 : count;
    const key = Context.key<string>('path');
    const problems: string[] = [];
    const hooksOf = new Map<string, HookName[]>();
    const paths = Array.from({ length: count }, (_, i) => `/${i}`);
    const sent = paths.map(async (path) => {
      const names: HookName[] = [];
      hooksOf.set(path, names);
      const { trace, done } = awaited(
        everyHook((name) => {
          names.push(name);
          if (Context.current().value(key) !== path)
            problems.push(`${name} of ${path} in ${Context.current().value(key)}`);
        }),
      );
      const factory = (info: RoundTripInfo): ClientTrace => {
        if (new URL(info.url).pathname !== path) problems.push(`${info.url} was made as ${path}`);
        if (Context.current().value(key) !== path)
          problems.push(`the factory of ${path} ran in another context`);
        return {
          ...trace,
          gotResponse(info) {
            trace.gotResponse?.(info);
            if (info.header['x-path']?.[0] !== path)
              problems.push(`${path} got the answer to ${info.header['x-path']?.[0]}`);
          },
        };
      };
      const { body } = await Context.background
        .withValue(key, path)
        .run(() => runWithClientTrace(factory, () => send({ url: server.url + path })));
      if (body !== path) problems.push(`${path} got the body ${body}`);
      await done;
    });
    await Promise.all(sent);
    expect(problems).toEqual([]);
    for (const names of hooksOf.values()) {
      expect(names.filter((name) => name === 'roundTripDone')).toHaveLength(1);
      expect(names.filter((name) => name === 'gotConn')).toHaveLength(1);
      expect(names.filter((name) => name === 'gotResponse')).toHaveLength(1);
    }
  });
});

behaviour('a hook that aborts its own request', targets(['signal'], { without: ['retries'] }), (target) => {
  // Not getConn: fetch makes its controller after it has dispatched, and asserts in its abort listener that it has one.
  const ABORTING: HookName[] = ['gotConn', 'wroteHeaders', 'wroteRequest', 'gotFirstResponseByte'];

  it.each(ABORTING)('in %s lets each other trace see the same events, in order', async (stage) => {
    const { traced, server, send } = await scene(target, answering);
    const abort = new AbortController();
    const names: HookName[] = [];
    const aborting = everyHook((name) => {
      names.push(name);
      if (name === stage) abort.abort();
    });
    const answered = traced.run(async () => {
      const exchange = () => send({ url: `${server.url}/`, signal: abort.signal });
      if (target.mode === 'context') {
        await traced.watch('context', () => runWithClientTrace(aborting, exchange)).catch(() => {});
      } else {
        const observer = observe(() => aborting);
        await traced.watch('observe', exchange).catch(() => {});
        observer[Symbol.dispose]();
      }
    });
    await answered;
    const [recorder] = await traced.settled();
    expect(recorder!.names).toContain(stage);
    expect(recorder!.names).toEqual(names);
    expect(names.at(-1)).toBe('roundTripDone');
  });
});
