import { describe, expect, it } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, get, httpAgent, open, read, responseOf } from './exchange.ts';
import { HANDED_OVER, NEW, conn } from './conn.ts';

describe('a kept connection', () => {
  it('serves watched and unwatched requests in turn', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    for (let i = 0; i < 3; i++) {
      await traced.run(() => get(server.origin, { agent }));
      await get(server.origin, { agent });
    }
    const recorders = await traced.settled();
    expect(recorders).toHaveLength(3);
    expect(recorders.map((recorder) => conn(recorder).reused)).toEqual([false, true, true]);
    // The unwatched use in between gave it back where we could see it.
    expect(recorders.map((recorder) => typeof conn(recorder).idleTime)).toEqual([
      'number',
      'number',
      'number',
    ]);
    expect(server.peers).toHaveLength(1);
  });

  it('waits for a response that is read late', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    const response = await traced.run(() => responseOf(open(server.origin, { agent }).end()));
    await traced.only.when('gotLastResponseByte');
    expect(traced.only.has('putIdleConn')).toBe(false);
    await read(response);
    await traced.settled();
    expect(traced.only.the('putIdleConn').args).toEqual([null]);
  });

  it('goes back when the request has been written and not before', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond('early');
      await peer.bytes(4);
    });
    const agent = httpAgent();
    const request = traced.run(() =>
      open(server.origin, { agent, method: 'POST', headers: { 'content-length': '4' } }),
    );
    request.flushHeaders();
    const response = await responseOf(request);
    expect(await read(response)).toBe('early');
    expect(traced.only.has('putIdleConn')).toBe(false);
    request.end('body');
    await traced.settled();
    expect(traced.only.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(traced.only.the('putIdleConn').args).toEqual([null]);
  });
});

describe('a connection that was opened for a request that is gone', () => {
  it.each(['http', 'https'])('of %s is not reused by the first request that uses it', async (scheme) => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: scheme === 'https' });
    const agent = agentFor(server.origin, { maxSockets: 1 });
    await traced.run(async () => {
      const gone = open(server.origin, { agent });
      gone.destroy();
      await Promise.all([errorOf(gone), get(server.origin, { agent }), get(server.origin, { agent })]);
    });
    const [gone, first, second] = await traced.settled();
    expect(gone!.has('gotConn')).toBe(false);
    expect(conn(first!)).toEqual(NEW);
    expect(conn(second!)).toEqual(HANDED_OVER);
    // Node 24 and later keep the connection for the others; its dial is told to the request that asked for it.
    const dials = [gone, first].filter((recorder) =>
      recorder!.all('connectDone').some(({ args }) => args[2] === null),
    );
    expect(dials).toHaveLength(1);
  });

  it.each(['http', 'https'])('of %s is not reused when it lay in the pool before', async (scheme) => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: scheme === 'https' });
    const agent = agentFor(server.origin);
    await traced.run(async () => {
      const gone = open(server.origin, { agent });
      gone.destroy();
      await errorOf(gone);
      await traced.settled();
      await get(server.origin, { agent });
      await traced.settled();
      await get(server.origin, { agent });
    });
    const [, first, second] = await traced.settled();
    expect(conn(first!)).toEqual(NEW);
    expect(conn(second!)).toMatchObject({ reused: true, wasIdle: true });
  });
});
