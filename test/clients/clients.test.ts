import { describe, expect, it } from 'vitest';

import type { EventRecorder } from '../helpers/event-recorder.ts';
import { appServer, type AppServer } from '../helpers/app-server.ts';
import { proxyServer, socksServer } from '../helpers/proxy-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { CLIENTS, type Proxies } from './clients.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';

/** Answers `/` with `ok`, `/echo` with the body it gets, and redirects from `/from` to `/to`. */
function app(secure: boolean): Promise<AppServer> {
  return appServer((request, response) => {
    if (request.url === '/from') {
      response.writeHead(302, { location: '/to' }).end('elsewhere');
    } else if (request.url === '/echo') {
      request.pipe(response);
    } else {
      response.end(request.url === '/to' ? 'arrived' : 'ok');
    }
  }, secure);
}

async function proxies(): Promise<Proxies> {
  return { http: (await proxyServer()).port, socks: (await socksServer()).port };
}

function reuse(recorder: EventRecorder): { reused: boolean; wasIdle: boolean } {
  const { reused, wasIdle } = recorder.the('gotConn').args[0];
  return { reused, wasIdle };
}

const MODES: WatchMode[] = ['context', 'observe'];
const TABLE = CLIENTS.flatMap((client) =>
  ['http', 'https'].flatMap((scheme) => MODES.map((mode) => ({ ...client, scheme, mode }))),
);

describe.each(TABLE)('$name by $scheme, watched by $mode', (client) => {
  const { scheme, mode } = client;
  const secure = scheme === 'https';

  it('makes a first request on a new connection', async () => {
    const traced = recordings();
    const server = await app(secure);
    const ports = await proxies();
    const send = client.make(ports);
    const answer = await traced.watch(mode, () => send({ url: `${server.origin}/` }));
    const [recorder, ...others] = await traced.settled();
    expect(answer).toEqual({ status: 200, body: 'ok' });
    expect(others).toEqual([]);
    expect(recorder!.the('getConn').args).toEqual([`127.0.0.1:${server.port}`]);
    const dialled = client.proxy === undefined ? server.port : ports[client.proxy];
    expect(recorder!.all('connectDone').map(({ args }) => args)).toEqual([
      ['tcp', `127.0.0.1:${dialled}`, null],
    ]);
    expect(recorder!.all('tlsHandshakeDone').map(({ args }) => args[1])).toEqual(secure ? [null] : []);
    expect(reuse(recorder!)).toEqual({ reused: false, wasIdle: false });
    expect(recorder!.all('wroteHeaderField').map(({ args }) => args[0].toLowerCase())).toContain('host');
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder!.the('gotResponse').args[0].status).toBe(200);
    expect(recorder!.has('gotLastResponseByte')).toBe(true);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
    expect(recorder!.info.method).toBe('GET');
  });

  it('makes a second request on the same connection, when it keeps connections', async () => {
    const traced = recordings();
    const server = await app(secure);
    const send = client.make(await proxies());
    await traced.watch(mode, async () => {
      await send({ url: `${server.origin}/` });
      await traced.settled();
      await send({ url: `${server.origin}/` });
    });
    const [first, second, ...others] = await traced.settled();
    expect(others).toEqual([]);
    if (client.pools === false) {
      expect(second!.has('connectDone')).toBe(true);
      expect(reuse(second!)).toEqual({ reused: false, wasIdle: false });
      expect(first!.has('putIdleConn')).toBe(false);
      return;
    }
    expect(first!.the('putIdleConn').args).toEqual([null]);
    expect(second!.has('connectDone')).toBe(false);
    expect(reuse(second!)).toEqual({ reused: true, wasIdle: true });
    expect(second!.the('gotConn').args[0].idleTime).toBeGreaterThan(0);
  });

  it('sends a body', async () => {
    const traced = recordings();
    const server = await app(secure);
    const send = client.make(await proxies());
    const answer = await traced.watch(mode, () =>
      send({ url: `${server.origin}/echo`, body: 'give it back' }),
    );
    const [recorder] = await traced.settled();
    expect(answer).toEqual({ status: 200, body: 'give it back' });
    expect(recorder!.info.method).toBe('POST');
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
  });

  it('tells of a refused connection', async () => {
    const traced = recordings();
    const port = CLOSED_PORT;
    const send = client.make({ http: port, socks: port });
    await traced.watch(mode, async () => {
      await expect(send({ url: `${scheme}://127.0.0.1:${port}/` })).rejects.toThrow();
    });
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.has('gotConn')).toBe(false);
    expect(recorder!.the('roundTripDone').args[0].err).toBeInstanceOf(Error);
    const attempts = recorder!.all('connectDone').map(({ args }) => args[2]);
    if (client.hidesFailedDial) expect(attempts).toEqual([]);
    else expect(attempts).toMatchObject([{ code: 'ECONNREFUSED' }]);
  });

  it('tells each of several requests at once its own dial', async () => {
    const traced = recordings();
    const server = await app(secure);
    const send = client.make(await proxies());
    const urls = ['/a', '/b', '/c', '/d', '/e'].map((path) => server.origin + path);
    await traced.watch(mode, () => Promise.all(urls.map((url) => send({ url }))));
    const recorders = await traced.settled();
    // got begins its requests in an order of its own.
    expect(recorders.map(({ info }) => new URL(info.url).pathname).toSorted()).toEqual([
      '/a',
      '/b',
      '/c',
      '/d',
      '/e',
    ]);
    expect(recorders.map((recorder) => recorder.all('connectDone').length)).toEqual([1, 1, 1, 1, 1]);
    expect(recorders.map((recorder) => recorder.all('tlsHandshakeDone').length)).toEqual(
      Array(5).fill(secure ? 1 : 0),
    );
    expect(recorders.map(reuse)).toEqual(recorders.map(() => ({ reused: false, wasIdle: false })));
    expect(new Set(recorders.map((recorder) => recorder.the('gotConn').args[0].conn)).size).toBe(5);
  });
});

describe.each(TABLE.filter(({ follows }) => follows))('$name by $scheme, watched by $mode', (client) => {
  const { scheme, mode } = client;
  const secure = scheme === 'https';

  it('makes a round trip of each redirect', async () => {
    const traced = recordings();
    const server = await app(secure);
    const send = client.make(await proxies());
    const answer = await traced.watch(mode, () => send({ url: `${server.origin}/from` }));
    const [first, second, ...others] = await traced.settled();
    expect(answer).toEqual({ status: 200, body: 'arrived' });
    expect(others).toEqual([]);
    expect(first!.the('gotResponse').args[0]).toMatchObject({ status: 302, header: { location: ['/to'] } });
    expect(second!.the('gotResponse').args[0].status).toBe(200);
    expect(second!.info.url).toBe(`${server.origin}/to`);
  });
});
