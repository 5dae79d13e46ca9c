import { once } from 'node:events';
import vm from 'node:vm';
import { expect, it } from 'vitest';

import { observe, runWithClientTrace } from '../../src/index.ts';
import { targets } from './drivers/table.ts';
import { answering, type Fields, type Served } from './origin.ts';
import { behaviour, failure, hooks, scene } from './scene.ts';

type Informational = readonly [status: number, fields: Fields];

/** Sends `all`, then the answer. */
function informing(...all: readonly Informational[]): (served: Served) => Promise<void> {
  return async (served) => {
    await served.text();
    for (const [status, fields] of all) served.inform(status, fields);
    served.respond();
  };
}

const HINTS: Informational = [103, { link: ['</a.css>', '</b.css>'], 'x-a': '1' }];

// Undici's retries take a 1xx for the answer, and fail.
behaviour('an informational response', targets([], { without: ['retries'] }), (target) => {
  it('of each kind is told with its own fields', async () => {
    const all: Informational[] = [[102, {}], HINTS, [199, { 'x-b': '2' }]];
    const { traced, server, watched } = await scene(target, informing(...all));
    expect(await watched({ url: `${server.url}/` })).toEqual({ status: 200, body: 'ok' });
    const [recorder] = await traced.settled();
    const told = recorder!.all('got1xxResponse').map(({ args: [code, header] }) => [code, { ...header }]);
    expect(told).toEqual([
      [102, {}],
      [103, { link: ['</a.css>', '</b.css>'], 'x-a': ['1'] }],
      [199, { 'x-b': ['2'] }],
    ]);
    expect(Object.getPrototypeOf(recorder!.all('got1xxResponse')[1]!.args[1])).toBeNull();
    const read = hooks(recorder).slice(hooks(recorder).indexOf('gotFirstResponseByte'));
    expect(read.slice(0, 5)).toEqual([
      'gotFirstResponseByte',
      'got1xxResponse',
      'got1xxResponse',
      'got1xxResponse',
      'gotResponse',
    ]);
    expect(recorder!.has('got100Continue')).toBe(false);
    expect(recorder!.the('gotResponse').args[0].status).toBe(200);
  });

  it('is told before the answer is there', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      served.inform(...HINTS);
      const recorder = await traced.at(0);
      await recorder.when('got1xxResponse');
      expect(recorder.has('gotResponse')).toBe(false);
      served.respond();
    });
    expect((await watched({ url: `${server.url}/` })).status).toBe(200);
    await traced.settled();
  });

  it('may come many times', async () => {
    const all = Array.from({ length: 200 }, (_, i): Informational => [103, { 'x-number': `${i}` }]);
    const { traced, server, watched } = await scene(target, informing(...all));
    await watched({ url: `${server.url}/` });
    const [recorder] = await traced.settled();
    expect(recorder!.all('got1xxResponse').map(({ args }) => args[1]['x-number'])).toEqual(
      all.map((_, i) => [`${i}`]),
    );
  });
});

behaviour('an Error that got1xxResponse returns', targets([], { without: ['retries'] }), (target) => {
  // Observers cannot abort: a context's trace does, whoever else watches.
  it('ends the request, and the caller gets it', async () => {
    const { traced, server, send } = await scene(target, informing(HINTS));
    const refusal = new Error('not with these hints');
    const error = await traced.watch(target.mode, () =>
      runWithClientTrace({ got1xxResponse: () => refusal }, () => failure(send({ url: `${server.url}/` }))),
    );
    const [recorder] = await traced.settled();
    expect(target.driver.reason(error)).toBe(refusal);
    expect(recorder!.has('gotResponse')).toBe(false);
    expect(recorder!.has('putIdleConn')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: refusal }]);
  });

  it('of another realm counts, and the first of several', async () => {
    const { traced, server, send } = await scene(target, informing(HINTS));
    const foreign = vm.runInNewContext('new Error("foreign")') as Error;
    const error = await traced.watch(target.mode, () =>
      runWithClientTrace({ got1xxResponse: () => new Error('older') }, () =>
        runWithClientTrace({ got1xxResponse: () => foreign }, () => failure(send({ url: `${server.url}/` }))),
      ),
    );
    expect(target.driver.reason(error)).toBe(foreign);
    await traced.settled();
  });

  it('does not count from an observer', async () => {
    const { traced, server, watched } = await scene(target, informing(HINTS));
    const observer = observe(() => ({ got1xxResponse: () => new Error('ignored') }));
    const answer = await watched({ url: `${server.url}/` });
    observer[Symbol.dispose]();
    expect(answer).toEqual({ status: 200, body: 'ok' });
    await traced.settled();
  });
});

behaviour('a 100 that nobody asked for', targets(['continue']), (target) => {
  it('is told as any other', async () => {
    const { traced, server, watched } = await scene(target, informing([100, {}]));
    expect((await watched({ url: `${server.url}/` })).status).toBe(200);
    const [recorder] = await traced.settled();
    expect(recorder!.all('got1xxResponse').map(({ args }) => args[0])).toEqual([100]);
  });
});

behaviour(
  'a 100 that nobody asked for',
  targets([], { without: ['continue', 'retries'], http: '1.1' }),
  (target) => {
    // docs/fidelity.md, continue-is-fatal.
    it('fails the request', async () => {
      const { traced, server, watched } = await scene(target, informing([100, {}]));
      const error = await failure(watched({ url: `${server.url}/` }));
      const [recorder] = await traced.settled();
      expect(recorder!.has('gotFirstResponseByte')).toBe(true);
      expect(recorder!.has('got100Continue')).toBe(false);
      expect(recorder!.has('gotResponse')).toBe(false);
      expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
    });
  },
);

behaviour('a request that expects a 100', targets(['expect']), (target) => {
  it('tells that it was asked for, and that it came', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      served.inform(100);
      await answering(served);
    });
    const headers = { expect: '100-continue', 'content-length': '4' };
    const answer = await watched({ url: `${server.url}/`, method: 'POST', headers, body: 'body' });
    const [recorder] = await traced.settled();
    expect(answer.status).toBe(200);
    const names = hooks(recorder);
    expect(names.indexOf('wait100Continue')).toBe(names.indexOf('wroteHeaders') + 1);
    const read = names.slice(names.indexOf('gotFirstResponseByte')).filter((name) => name !== 'wroteRequest');
    // Over HTTP/2 Go has the two in the other order.
    const first = target.driver.http === '1.1';
    expect(read.slice(0, 4)).toEqual([
      'gotFirstResponseByte',
      first ? 'got100Continue' : 'got1xxResponse',
      first ? 'got1xxResponse' : 'got100Continue',
      'gotResponse',
    ]);
    expect(recorder!.the('got1xxResponse').args[0]).toBe(100);
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
  });

  it('may be answered without one', async () => {
    const { traced, server, watched } = await scene(target, answering);
    const headers = { expect: '100-continue', 'content-length': '4' };
    await watched({ url: `${server.url}/`, method: 'POST', headers, body: 'body' });
    const [recorder] = await traced.settled();
    expect(recorder!.has('wait100Continue')).toBe(true);
    expect(recorder!.has('got100Continue')).toBe(false);
    expect(recorder!.has('got1xxResponse')).toBe(false);
  });
});

behaviour(
  'a connection whose request was ended by a hook',
  targets(['keeps'], { http: '1.1', without: ['retries'] }),
  (target) => {
    it('is closed', async () => {
      const { traced, server, send } = await scene(target, informing(HINTS));
      await runWithClientTrace({ got1xxResponse: () => new Error('no') }, () =>
        failure(traced.watch(target.mode, () => send({ url: `${server.url}/` }))),
      );
      const [recorder] = await traced.settled();
      const { conn } = recorder!.the('gotConn').args[0];
      if (!conn.destroyed) await once(conn, 'close');
      expect(conn.destroyed).toBe(true);
    });
  },
);
