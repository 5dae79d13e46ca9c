import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';

import {
  Context,
  Recorder,
  type RecorderOptions,
  type RoundTripInfo,
  type RoundTripRecord,
  observe,
  record,
  resolveClientTrace,
  withClientTrace,
} from '../../src/index.ts';
import { appServer } from '../helpers/app-server.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, get, httpAgent, open, responseOf } from '../http/exchange.ts';
import { FakeRoundTrip } from './fake-round-trip.ts';
import { containing } from './matchers.ts';
import { expectValid } from './valid.ts';

function ok() {
  return appServer((_request, response) => response.end('ok'));
}

/** The warnings of the process from now on. */
function warnings(): Error[] {
  const seen: Error[] = [];
  const see = (warning: Error) => void seen.push(warning);
  process.on('warning', see);
  onTestFinished(() => void process.off('warning', see));
  return seen;
}

describe('a recorder', () => {
  it('gives a record when its round trip is over, in the order in which they end', async () => {
    const server = await scriptedServer(async (peer, index) => {
      await peer.head();
      // The first is answered when the second has been.
      if (index === 0) await (await server.peer(1)).end();
      peer.respond();
    });
    const given: RoundTripRecord[] = [];
    const recorder = new Recorder({ onRecord: (one) => void given.push(expectValid(one)) });
    await recorder.run(async () => {
      const first = get(`${server.origin}/1`, { agent: httpAgent() });
      await server.peer(0);
      const agent = httpAgent();
      await get(`${server.origin}/2`, { agent });
      agent.destroy();
      await first;
    });
    await recorder.flush();
    expect(given.map(({ request }) => new URL(request.url).pathname)).toEqual(['/2', '/1']);
    expect(recorder.records).toEqual(given);
    expect(recorder.open).toBe(0);
  });

  it('sees what its function starts, and nothing else', async () => {
    const { origin } = await ok();
    const recorder = new Recorder();
    expect(recorder.run(() => 5)).toBe(5);
    const later = recorder.run(() => Promise.resolve().then(() => get(`${origin}/in`)));
    await get(`${origin}/out`);
    await later;
    await recorder.flush();
    expect(recorder.records.map(({ request }) => request.url)).toEqual([`${origin}/in`]);
  });

  it('records a round trip once, also when it is nested in itself and observes', async () => {
    const { origin } = await ok();
    const recorder = new Recorder();
    const observer = observe(recorder.factory);
    onTestFinished(() => observer[Symbol.dispose]());
    await recorder.run(() => recorder.run(() => get(origin)));
    await recorder.flush();
    expect(recorder.records).toHaveLength(1);
  });

  it('records what others record too', async () => {
    const { origin } = await ok();
    const [outer, inner] = [new Recorder(), new Recorder()];
    await outer.run(() => inner.run(() => get(origin)));
    await Promise.all([outer.flush(), inner.flush()]);
    // Each has its own times of the same events.
    expect(outer.records[0]?.id).toBe(inner.records[0]?.id);
    expect(outer.records[0]?.events).toEqual(inner.records[0]?.events);
  });

  it('records every round trip of the process as an observer, until that is disposed of', async () => {
    const { origin } = await ok();
    const recorder = new Recorder();
    const observer = observe(recorder.factory);
    await get(`${origin}/1`);
    observer[Symbol.dispose]();
    await get(`${origin}/2`);
    await recorder.flush();
    expect(recorder.records.map(({ request }) => request.url)).toEqual([`${origin}/1`]);
  });

  it('records nothing of Context.untraced', async () => {
    const { origin } = await ok();
    const recorder = new Recorder();
    const observer = observe(recorder.factory);
    await recorder.run(() => Context.untraced.run(() => get(origin)));
    observer[Symbol.dispose]();
    await recorder.flush();
    expect(recorder.records).toEqual([]);
  });

  it('leaves out round trips of clients that bring their own trace', () => {
    const { id, client, clientVersion, method, url, callId, attempt, reason, callKnown, intercepted } =
      new FakeRoundTrip();
    const call = { callId, attempt, reason, callKnown, intercepted };
    const info: RoundTripInfo = { id, client, clientVersion, method, url, ...call };
    const recorder = new Recorder();
    const context = withClientTrace(Context.background, recorder.factory);
    expect(resolveClientTrace(context, info)?.roundTripStart).toBeUndefined();
    expect(recorder.open).toBe(0);
  });

  it('keeps the latest records up to its limit and counts the others', async () => {
    const { origin } = await ok();
    const some = new Recorder({ limit: 2 });
    const none = new Recorder({ limit: 0 });
    await none.run(() =>
      some.run(async () => {
        for (const path of ['/1', '/2', '/3']) await get(origin + path);
      }),
    );
    await Promise.all([some.flush(), none.flush()]);
    expect(some.records.map(({ request }) => request.url)).toEqual([`${origin}/2`, `${origin}/3`]);
    expect(some.dropped).toBe(1);
    expect(none.records).toEqual([]);
    expect(none.dropped).toBe(0);
  });

  it.each([1, 2.5, 3])(
    'keeps the latest in their order while its limit of %s is passed again and again',
    async (limit) => {
      const { origin } = await ok();
      const recorder = new Recorder({ limit });
      const most = Math.floor(limit);
      for (let number = 1; number <= 8; number++) {
        await recorder.run(() => get(`${origin}/${number}`));
        await recorder.flush();
        const first = Math.max(1, number - most + 1);
        const paths = Array.from({ length: Math.min(number, most) }, (_, i) => `/${first + i}`);
        // Asked now and then only, so that records and what no record was made of yet take each other's places.
        if (number % 3 === 1) continue;
        expect(recorder.records.map(({ request }) => new URL(request.url).pathname)).toEqual(paths);
        expect(recorder.dropped).toBe(Math.max(0, number - most));
      }
    },
  );

  it('gives the records that there are when asked, and the same ones the next time', async () => {
    const { origin } = await ok();
    const recorder = new Recorder();
    await recorder.run(() => get(`${origin}/1`));
    await recorder.flush();
    const { records } = recorder;
    await recorder.run(() => get(`${origin}/2`));
    await recorder.flush();
    expect(records.map((one) => expectValid(one).request.url)).toEqual([`${origin}/1`]);
    expect(recorder.records[0]).toBe(records[0]);
  });

  it('tells nothing in one record of the round trip whose place it took', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send(
        'HTTP/1.1 200 First\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: a\r\n\r\n',
      );
      await peer.head();
      peer.send('HTTP/1.1 204\r\n\r\n');
      await peer.head();
    });
    const recorder = new Recorder({ limit: 1 });
    const agent = httpAgent();
    await recorder.run(() => get(`${server.origin}/first`, { agent }));
    await recorder.flush();
    await recorder.run(() => get(`${server.origin}/second`, { agent, method: 'OPTIONS' }));
    await recorder.flush();
    const [second] = recorder.records.map(expectValid);
    expect(second).toMatchObject({
      request: { method: 'OPTIONS', url: `${server.origin}/second` },
      response: { status: 204, statusText: '', header: [], trailers: [], bodyBytes: 0 },
    });
    const request = recorder.run(() => open(`${server.origin}/third`, { agent }).end());
    await recorder.flush({ timeout: 1 });
    const [third] = recorder.records.map(expectValid);
    expect(third).toMatchObject({ outcome: 'incomplete', request: { url: `${server.origin}/third` } });
    expect(third).not.toHaveProperty('response');
    const failed = errorOf(request);
    request.destroy();
    await failed;
  });

  it('shows values by its allow-lists', async () => {
    const { origin } = await ok();
    const recorder = new Recorder({ allowQuery: ['page'], allowHeaders: ['X-Api-Key'] });
    const headers = { 'x-api-key': 'shown', authorization: 'hidden' };
    await recorder.run(() => get(`${origin}/?page=2&key=hidden`, { headers }));
    await recorder.flush();
    expect(recorder.records[0]?.request.url).toBe(`${origin}/?page=2&key=[redacted]`);
    expect(recorder.records[0]?.request.header).toContainEqual(['x-api-key', 'shown']);
    expect(JSON.stringify(recorder.records)).not.toContain('hidden');
  });

  it.each<[string, () => unknown, number]>([
    [
      'throws',
      () => {
        throw new Error('onRecord is broken');
      },
      1,
    ],
    ['rejects', () => Promise.reject(new Error('onRecord is broken')), 1],
  ])('reports once an onRecord that %s, and goes on', async (_how, onRecord) => {
    const { origin } = await ok();
    const seen = warnings();
    const recorder = new Recorder({ onRecord });
    await recorder.run(() => get(origin));
    await recorder.run(() => get(origin));
    await recorder.flush();
    await new Promise(setImmediate);
    expect(recorder.records).toHaveLength(2);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ code: 'ERR_HTTPTRACE_HOOK', message: containing('onRecord') });
  });

  it('reports an onConnection that throws; the connection ends as ever', async () => {
    const { origin } = await ok();
    const seen = warnings();
    const recorder = new Recorder({
      onConnection() {
        throw new Error('onConnection is broken');
      },
    });
    const agent = httpAgent();
    await recorder.run(() => get(origin, { agent }));
    await recorder.flush();
    const [socket] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
    agent.destroy();
    await once(socket!, 'close');
    await new Promise(setImmediate);
    expect(seen.map(({ message }) => message)).toEqual([containing('onConnection is broken')]);
  });

  it('does not reject flush when onRecord throws on what it gives', async () => {
    const server = await scriptedServer(() => {});
    const seen = warnings();
    const recorder = new Recorder({
      onRecord() {
        throw new Error('broken');
      },
    });
    const request = recorder.run(() => open(server.origin).end());
    const failed = errorOf(request);
    await recorder.flush({ timeout: 0 });
    request.destroy();
    await failed;
    expect(recorder.records.map(({ outcome }) => outcome)).toEqual(['incomplete']);
    expect(seen).toHaveLength(1);
  });

  it.each<[RecorderOptions, string]>([
    [{ limit: -1 }, 'limit is -1'],
    [{ limit: NaN }, 'limit is NaN'],
    [{ limit: '5' as never }, 'limit is a string'],
    [{ onRecord: 'x' as never }, 'onRecord is a string'],
    [{ onConnection: {} as never }, 'onConnection is an object'],
    [{ allowQuery: 'page' as never }, 'allowQuery is a string'],
    [{ allowHeaders: null as never }, 'allowHeaders is null'],
  ])('refuses %o', (options, message) => {
    expect(() => new Recorder(options)).toThrow(
      expect.objectContaining({ code: 'ERR_HTTPTRACE_ARGUMENT', message: containing(message) }) as Error,
    );
  });

  it('refuses to run what is no function', () => {
    const recorder = new Recorder();
    expect(() => recorder.run(undefined as never)).toThrow(/Recorder.run: fn is undefined/);
  });
});

describe('flush', () => {
  it('waits for the round trips that are open', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond();
    });
    const recorder = new Recorder();
    const request = recorder.run(() => open(server.origin).end());
    const flushes = [recorder.flush({ timeout: Infinity }), recorder.flush({ timeout: 2 ** 40 })];
    (await responseOf(request)).resume();
    await Promise.all(flushes);
    expect(recorder.records.map(({ outcome }) => outcome)).toEqual(['ok']);
  });

  it('has nothing to wait for when none is', async () => {
    const recorder = new Recorder();
    await recorder.flush({ timeout: Infinity });
    expect(recorder.records).toEqual([]);
  });

  it('gives up after its timeout and records what is open as incomplete, once', async () => {
    const server = await scriptedServer(() => {});
    const recorder = new Recorder();
    const request = recorder.run(() => open(server.origin).end());
    await (await server.peer(0)).head();
    const patient = recorder.flush({ timeout: Infinity });
    await recorder.flush({ timeout: 1 });
    await patient;
    const [one] = recorder.records.map(expectValid);
    expect(one).toMatchObject({ outcome: 'incomplete', connection: { reused: false } });
    expect(one?.phases.at(-1)?.name).toBe('wait');
    const failed = errorOf(request);
    request.destroy();
    await failed;
    await new Promise(setImmediate);
    expect(recorder.records).toHaveLength(1);
    // What is recorded does not change afterwards.
    expect(recorder.records[0]).toBe(one);
    expect(one?.events.some(({ name }) => name === 'roundTripDone')).toBe(false);
  });

  it.each([-1, NaN, '5'])('refuses a timeout of %s', async (timeout) => {
    await expect(new Recorder().flush({ timeout: timeout as number })).rejects.toMatchObject({
      code: 'ERR_HTTPTRACE_ARGUMENT',
      message: containing('timeout'),
    });
  });
});

describe('record', () => {
  it('gives the value and the records of what the function did', async () => {
    const { origin } = await ok();
    const result = await record(async () => (await get(origin)).body);
    expect(result).toMatchObject({ status: 'fulfilled', value: 'ok' });
    expect(result.records.map((one) => expectValid(one).outcome)).toEqual(['ok']);
    expect(await record(() => 5)).toEqual({ status: 'fulfilled', value: 5, records: [] });
  });

  it('gives the reason and the records when the function rejects or throws', async () => {
    const { origin } = await ok();
    const broken = new Error('broken');
    const rejected = await record(async () => {
      await get(origin);
      throw broken;
    });
    expect(rejected).toMatchObject({ status: 'rejected', reason: broken, records: [{ outcome: 'ok' }] });
    const thrown = await record(() => {
      throw broken;
    });
    expect(thrown).toEqual({ status: 'rejected', reason: broken, records: [] });
    const nothing = await record(undefined as never);
    expect(nothing).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HTTPTRACE_ARGUMENT' } });
  });

  it('gives what is open after its timeout as incomplete', async () => {
    const server = await scriptedServer(() => {});
    let request: ReturnType<typeof open> | undefined;
    const { records } = await record(() => void (request = open(server.origin).end()), { timeout: 0 });
    expect(records.map(({ outcome }) => outcome)).toEqual(['incomplete']);
    const failed = errorOf(request!);
    request!.destroy();
    await failed;
  });

  it('refuses wrong options before it calls the function', async () => {
    let called = false;
    await expect(record(() => (called = true), { limit: -1 })).rejects.toMatchObject({
      code: 'ERR_HTTPTRACE_ARGUMENT',
    });
    await expect(record(() => (called = true), { timeout: -1 })).rejects.toMatchObject({
      code: 'ERR_HTTPTRACE_ARGUMENT',
    });
    expect(called).toBe(false);
  });
});

describe('a record', () => {
  it('takes no more than 2 KiB of JSON for a simple GET on a kept connection, header values aside', async () => {
    const { origin } = await ok();
    const agent = httpAgent();
    const { records } = await record(async () => {
      await get(`${origin}/some/path?page=2`, { agent });
      await new Promise(setImmediate);
      await get(`${origin}/some/path?page=3`, { agent, headers: { accept: 'application/json' } });
    });
    const [, one] = records.map(expectValid);
    expect(one?.connection?.reused).toBe(true);
    const bare = JSON.stringify(one, (key, value: unknown) =>
      key === 'header' && Array.isArray(value) ? value.map(([name]: string[]) => [name, '']) : value,
    );

    expect(bare.length).toBeLessThan(2048);
  });
});
