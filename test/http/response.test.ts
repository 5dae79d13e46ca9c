import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { agentFor, finish, get, httpAgent, open, read, responseOf } from './exchange.ts';

const MEGABYTE = 1024 * 1024;

/** Sends `text` as it is to the first request; then ends the connection when `ends`. */
function sending(text: string, ends = false): (peer: Peer) => Promise<void> {
  return async (peer) => {
    await peer.head();
    peer.send(text);
    if (ends) peer.close();
    await peer.end();
    peer.close();
  };
}

describe.each(['http', 'https'])('a response by %s', (scheme) => {
  const tls = { tls: scheme === 'https' };

  it.each([
    { title: 'to HEAD', method: 'HEAD', text: 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n' },
    { title: '204', method: 'GET', text: 'HTTP/1.1 204 No Content\r\n\r\n' },
    { title: '304', method: 'GET', text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n' },
    { title: 'of no length', method: 'GET', text: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
  ])('$title ends with its head', async ({ method, text }) => {
    const traced = recordings();
    const server = await scriptedServer(sending(text), tls);
    await traced.run(() => finish(open(server.origin, { agent: agentFor(server.origin), method })));
    const [recorder] = await traced.settled();
    expect(recorder!.the('gotLastResponseByte').time).toBe(recorder!.the('gotFirstResponseByte').time);
    expect(recorder!.the('putIdleConn').args).toEqual([null]);
  });

  it('in chunks with trailers ends with them', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
      await traced.only.when('gotResponse');
      peer.send('0\r\nX-Sum: 1\r\n\r\n');
    }, tls);
    const { response } = await traced.run(() => get(server.origin, { agent: agentFor(server.origin) }));
    const [recorder] = await traced.settled();
    expect(response.trailers).toEqual({ 'x-sum': '1' });
    expect(recorder!.the('gotLastResponseByte').time).toBeGreaterThan(recorder!.the('gotResponse').time);
  });

  it('that nobody listens for is told whole, and its connection kept', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), tls);
    traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    const [recorder] = await traced.settled();
    expect(recorder!.the('putIdleConn').args).toEqual([null]);
  });

  it('that is never read is told to its last byte, and over when its connection is', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), tls);
    const agent = agentFor(server.origin);
    const request = traced.run(() => open(server.origin, { agent }).end());
    await responseOf(request);
    await traced.only.when('gotLastResponseByte');
    expect(traced.only.has('roundTripDone')).toBe(false);
    server.peers[0]!.close();
    await traced.settled();
    expect(traced.only.has('putIdleConn')).toBe(false);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('whose large body is never read is over when the program drops it', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond('x'.repeat(MEGABYTE));
    }, tls);
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    const response = await responseOf(request);
    await once(response, 'readable');
    expect(traced.only.has('gotLastResponseByte')).toBe(false);
    response.destroy();
    await traced.settled();
    expect(traced.only.has('gotLastResponseByte')).toBe(false);
    expect(traced.only.has('putIdleConn')).toBe(false);
    expect(traced.only.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
  });

  it('that was read whole is not spoilt by bytes that follow it', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokMORE'), tls);
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    const failed = new Promise((resolve) => request.once('error', resolve));
    const response = await responseOf(request);
    const body = await read(response);
    expect(body).toBe('ok');
    await Promise.race([failed, once(request, 'close')]);
    await traced.settled();
    expect(traced.only.has('gotLastResponseByte')).toBe(true);
  });
});

describe('a response that is destroyed early', () => {
  it.each([undefined, new Error('enough')])('with %s ends the round trip', async (reason) => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'));
    await traced.run(async () => {
      const request = open(server.origin, { agent: httpAgent() }).end();
      request.on('error', () => {});
      const response = await responseOf(request);
      response.on('error', () => {});
      response.destroy(reason);
    });
    const [recorder] = await traced.settled();
    const { err } = recorder!.the('roundTripDone').args[0];
    if (reason === undefined) expect(err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
    else expect(err).toBe(reason);
    expect(recorder!.has('putIdleConn')).toBe(false);
  });
});
