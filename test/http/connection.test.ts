import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';

import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, get } from './exchange.ts';
import { HANDED_OVER, NEW, conn } from './conn.ts';

describe.each<{ scheme: string; mode: WatchMode }>([
  { scheme: 'http', mode: 'context' },
  { scheme: 'http', mode: 'observe' },
  { scheme: 'https', mode: 'context' },
  { scheme: 'https', mode: 'observe' },
])('a connection of $scheme, watched by $mode', ({ scheme, mode }) => {
  const secure = scheme === 'https';

  it('is new for the first request and told in the order of the contract', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    const agent = agentFor(server.origin);
    const { request } = await traced.watch(mode, () => get(`${server.origin}/a?b=c`, { agent }));
    const [recorder] = await traced.settled();
    expect(recorder!.names.filter((name) => name !== 'wroteHeaderField')).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      ...(secure ? ['tlsHandshakeStart', 'tlsHandshakeDone'] : []),
      'gotConn',
      'wroteHeaders',
      'wroteRequest',
      'gotFirstResponseByte',
      'gotResponse',
      'gotLastResponseByte',
      'putIdleConn',
      'roundTripDone',
    ]);
    expect(recorder!.info).toMatchObject({
      client: scheme,
      clientVersion: process.version,
      method: 'GET',
      url: `${server.origin}/a?b=c`,
      attempt: 1,
      reason: 'first',
      callKnown: false,
      intercepted: false,
    });
    expect(recorder!.info.callId).toBe(recorder!.info.id);
    expect(recorder!.the('getConn').args).toEqual([server.hostPort]);
    expect(recorder!.the('connectStart').args).toEqual(['tcp', server.hostPort]);
    expect(conn(recorder!)).toEqual(NEW);
    expect(recorder!.the('gotConn').args[0].conn).toBe(request.socket);
    expect(recorder!.the('gotConn').args[0].conn).toBeInstanceOf(secure ? tls.TLSSocket : net.Socket);
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder!.the('gotResponse').args[0]).toMatchObject({
      status: 200,
      statusText: 'OK',
      httpVersion: '1.1',
    });
    expect(recorder!.the('putIdleConn').args).toEqual([null]);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('is handed over to a request that waits for it: reused, and was not idle', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    const agent = agentFor(server.origin, { maxSockets: 1 });
    await traced.watch(mode, () => Promise.all([1, 2, 3].map(() => get(server.origin, { agent }))));
    const recorders = await traced.settled();
    expect(recorders.map(conn)).toEqual([NEW, HANDED_OVER, HANDED_OVER]);
    expect(recorders.map((recorder) => recorder.the('putIdleConn').args[0])).toEqual([null, null, null]);
    expect(recorders[1]!.has('connectStart')).toBe(false);
    // It was wanted when the request was made, not when one became free.
    expect(recorders[1]!.the('getConn').time).toBeLessThan(recorders[0]!.the('gotConn').time);
  });

  it('is known as handed over when it was an unwatched request that had it before', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    const agent = agentFor(server.origin, { maxSockets: 1 });
    const unwatched = get(server.origin, { agent });
    await traced.watch(mode, () => get(server.origin, { agent }));
    await unwatched;
    expect(conn((await traced.settled())[0]!)).toEqual(HANDED_OVER);
  });

  it('without an agent is new each time and never offered to a pool', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    await traced.watch(mode, async () => {
      await get(server.origin, { agent: false });
      await get(server.origin, { agent: false });
    });
    const recorders = await traced.settled();
    expect(recorders.map(conn)).toEqual([NEW, NEW]);
    expect(recorders.map((recorder) => recorder.has('putIdleConn'))).toEqual([false, false]);
    expect(recorders.map((recorder) => recorder.all('connectDone').length)).toEqual([1, 1]);
  });

  it('of an agent without keep-alive is not offered to a pool', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    const agent = agentFor(server.origin, { keepAlive: false });
    await traced.watch(mode, () => get(server.origin, { agent }));
    const [recorder] = await traced.settled();
    expect(recorder!.has('putIdleConn')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that the pool has no room for is told with the reason', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll, { tls: secure });
    const agent = agentFor(server.origin, { maxFreeSockets: 1 });
    await traced.watch(mode, () =>
      Promise.all([get(server.origin, { agent }), get(server.origin, { agent })]),
    );
    const kept = (await traced.settled()).map((recorder) => recorder.the('putIdleConn').args[0]);
    expect(kept.filter((err) => err === null)).toHaveLength(1);
    expect(kept.find((err) => err !== null)).toMatchObject({
      code: 'ERR_HTTPTRACE_NOT_KEPT',
      message: expect.stringContaining('maxFreeSockets 1') as unknown,
    });
  });
});
