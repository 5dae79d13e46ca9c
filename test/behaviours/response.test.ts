import { expect, it } from 'vitest';

import { targets } from './drivers/table.ts';
import type { Served } from './origin.ts';
import { answering } from './origin.ts';
import { NEW, atRest, behaviour, failure, hooks, scene, use } from './scene.ts';

const MEGABYTE = 1024 * 1024;
const ONCE = { without: ['retries'] } as const;

behaviour('a response without a body', targets(), (target) => {
  it.each([
    { title: 'to HEAD', method: 'HEAD', status: 200 },
    { title: '204', method: 'GET', status: 204 },
    { title: '304', method: 'GET', status: 304 },
    { title: 'of no length', method: 'GET', status: 200 },
  ])('$title ends with its head', async ({ method, status, title }) => {
    const { traced, server, watched } = await scene(target, (served) => served.respond('', { status }));
    expect(await watched({ url: `${server.url}/`, method })).toEqual({ status, body: '' });
    const [recorder] = await traced.settled();
    expect(title).not.toBe('');
    expect(recorder!.info.method).toBe(method);
    expect(recorder!.the('gotResponse').args[0].status).toBe(status);
    expect(hooks(recorder)).toContain('gotLastResponseByte');
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });
});

behaviour('a response', targets(), (target) => {
  it('has its head told before its body ends', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      served.begin('first ', { 'x-a': '1', 'set-cookie': ['b=2', 'c=3'] });
      await (await traced.at(0)).when('gotResponse');
      served.end('last');
    });
    expect(await watched({ url: `${server.url}/` })).toEqual({ status: 200, body: 'first last' });
    const [recorder] = await traced.settled();
    const { header } = recorder!.the('gotResponse').args[0];
    expect(header).toMatchObject({ 'x-a': ['1'], 'set-cookie': ['b=2', 'c=3'] });
    expect(Object.getPrototypeOf(header)).toBeNull();
    expect(recorder!.the('gotLastResponseByte').time).toBeGreaterThan(recorder!.the('gotResponse').time);
  });

  it('with trailers ends with them', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      served.begin('ok', { trailer: 'x-sum' });
      await (await traced.at(0)).when('gotResponse');
      served.end('', { 'x-sum': '1' });
    });
    expect(await watched({ url: `${server.url}/` })).toEqual({ status: 200, body: 'ok' });
    const [recorder] = await traced.settled();
    expect(recorder!.the('gotLastResponseByte').time).toBeGreaterThan(recorder!.the('gotResponse').time);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that is large is told by its first and its last byte', async () => {
    const { traced, server, watched } = await scene(target, (served) =>
      served.respond('x'.repeat(3 * MEGABYTE)),
    );
    const { body } = await watched({ url: `${server.url}/` });
    const [recorder] = await traced.settled();
    expect(body).toHaveLength(3 * MEGABYTE);
    expect(recorder!.the('gotLastResponseByte').time).toBeGreaterThan(
      recorder!.the('gotFirstResponseByte').time,
    );
  });
});

behaviour('a response that comes byte by byte', targets([], { http: '1.1' }), (target) => {
  it('has one first byte, told before its head is complete', async () => {
    const { traced, server, watched } = await scene(target, async ({ socket }) => {
      const text = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';
      socket.setNoDelay(true);
      socket.write(text.slice(0, 1));
      const recorder = await traced.at(0);
      await recorder.when('gotFirstResponseByte');
      expect(recorder.has('gotResponse')).toBe(false);
      for (const byte of text.slice(1)) await new Promise((resolve) => socket.write(byte, resolve));
    });
    expect(await watched({ url: `${server.url}/` })).toEqual({ status: 200, body: 'abc' });
    const [recorder] = await traced.settled();
    expect(recorder!.all('gotFirstResponseByte')).toHaveLength(1);
  });
});

/** A response that goes wrong, and what of it is told. */
interface Broken {
  readonly title: string;
  readonly text: string;
  readonly firstByte: boolean;
  readonly response: boolean;
  /** The connection does not end. */
  readonly open?: true;
}

const BROKEN: Broken[] = [
  { title: 'that never comes', text: '', firstByte: false, response: false },
  {
    title: 'that is cut off in its head',
    text: 'HTTP/1.1 200 OK\r\nContent-Le',
    firstByte: true,
    response: false,
  },
  {
    title: 'that is cut off in its body',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok',
    firstByte: true,
    response: true,
  },
  {
    title: 'that is cut off in its chunks',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n',
    firstByte: true,
    response: true,
  },
  {
    title: 'that is not HTTP',
    text: 'SSH-2.0-OpenSSH_9.7\r\n',
    firstByte: true,
    response: false,
    open: true,
  },
  {
    title: 'that is broken in its chunks',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    firstByte: true,
    response: true,
    open: true,
  },
];

behaviour('a response', targets([], { ...ONCE, http: '1.1' }), (target) => {
  it.each(BROKEN)(
    '$title ends with the error that the caller gets',
    async ({ text, firstByte, response, open }) => {
      const { traced, server, watched } = await scene(target, async (served) => {
        await served.text();
        if (text !== '') served.socket.write(text);
        if (open !== true) served.socket.end();
      });
      const error = await failure(watched({ url: `${server.url}/` }));
      const [recorder, ...others] = await traced.settled();
      expect(others).toEqual([]);
      expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
      expect(recorder!.has('gotFirstResponseByte')).toBe(firstByte);
      expect(recorder!.has('gotResponse')).toBe(response);
      expect(recorder!.has('gotLastResponseByte')).toBe(false);
      expect(recorder!.has('putIdleConn')).toBe(false);
      expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
    },
  );
});

behaviour('a stream', targets([], { ...ONCE, http: '2' }), (target) => {
  it('that is reset before its response ends with an error', async () => {
    const { traced, server, watched } = await scene(target, (served) => served.breakOff());
    const error = await failure(watched({ url: `${server.url}/` }));
    const [recorder] = await traced.settled();
    expect(recorder!.has('gotFirstResponseByte')).toBe(false);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });

  it('that is reset in its response ends with an error', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      served.begin('ok');
      await (await traced.at(0)).when('gotResponse');
      served.breakOff();
    });
    const error = await failure(watched({ url: `${server.url}/` }));
    const [recorder] = await traced.settled();
    expect(recorder!.has('gotLastResponseByte')).toBe(false);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });
});

/** Answers, and ends the connection. */
async function closing(served: Served): Promise<void> {
  await served.text();
  served.respond('bye', { fields: { connection: 'close' } });
}

behaviour('a connection', targets(['keeps'], { http: '1.1' }), (target) => {
  it('that the server closes after the response is not kept', async () => {
    const { traced, server, watched } = await scene(target, closing);
    expect(await watched({ url: `${server.url}/` })).toEqual({ status: 200, body: 'bye' });
    const [recorder] = await traced.settled();
    expect(recorder!.has('gotLastResponseByte')).toBe(true);
    expect(recorder!.has('putIdleConn')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('of an HTTP/1.0 server ends with the response', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      await served.text();
      served.socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end');
    });
    expect(await watched({ url: `${server.url}/` })).toEqual({ status: 200, body: 'until the end' });
    const [recorder] = await traced.settled();
    expect(recorder!.the('gotResponse').args[0]).toMatchObject({
      status: 200,
      httpVersion: target.driver.tellsVersion ? '1.0' : '1.1',
    });
    expect(recorder!.has('gotLastResponseByte')).toBe(true);
    // Silent as in Go, or with the reason.
    for (const { args } of recorder!.all('putIdleConn')) expect(args[0]).toBeInstanceOf(Error);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that closed while it was idle is not used again', async () => {
    const { traced, server, send } = await scene(target, answering);
    await traced.watch(target.mode, async () => {
      await send({ url: `${server.url}/1` });
      const [first] = await traced.settled();
      await atRest();
      const { conn } = first!.the('gotConn').args[0];
      const closed = new Promise((resolve) => conn.once('close', resolve));
      server.connections[0]!.end();
      await closed;
      await send({ url: `${server.url}/2` });
    });
    const recorders = await traced.settled();
    expect(recorders.map(use)).toEqual([NEW, NEW]);
  });
});

behaviour('a kept connection', targets(['keeps'], { ...ONCE, http: '1.1' }), (target) => {
  it('that the server gives up at the next request fails it', async () => {
    const { traced, server, send } = await scene(target, async (served) => {
      if (served.path === '/1') await answering(served);
      else served.socket.destroy();
    });
    const error = await traced.watch(target.mode, async () => {
      await send({ url: `${server.url}/1` });
      await atRest();
      return failure(send({ url: `${server.url}/2`, method: 'POST', body: 'x' }));
    });
    const [, second, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(use(second)).toMatchObject({ reused: true, wasIdle: true });
    expect(second!.has('gotFirstResponseByte')).toBe(false);
    expect(second!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });
});
