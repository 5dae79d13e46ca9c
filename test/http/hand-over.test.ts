import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, open } from './exchange.ts';

const UPGRADE = { headers: { connection: 'Upgrade', upgrade: 'echo' } };

type HandOver = [response: IncomingMessage, socket: Socket, head: Buffer];

describe.each(['http', 'https'])('a connection of %s that is handed over', (scheme) => {
  const secure = scheme === 'https';

  it.each([
    { title: 'by 101', event: 'upgrade', options: UPGRADE, status: 101, reason: 'Switching Protocols' },
    {
      title: 'by CONNECT',
      event: 'connect',
      options: { method: 'CONNECT', path: 'example.test:443' },
      status: 200,
      reason: 'OK',
    },
    {
      title: 'by a refused CONNECT',
      event: 'connect',
      options: { method: 'CONNECT', path: 'example.test:443' },
      status: 407,
      reason: 'No',
    },
  ])('$title ends the round trip and is free of us', async ({ event, options, status, reason }) => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send(
          `HTTP/1.1 ${status} ${reason}\r\n${status === 101 ? 'Connection: Upgrade\r\nUpgrade: echo\r\n' : ''}\r\nfirst`,
        );
        peer.send(await peer.bytes(4));
      },
      { tls: secure },
    );
    let doneBefore = false;
    const [response, socket, head] = await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), ...options });
      request.once(event, () => (doneBefore = traced.only.has('roundTripDone')));
      request.end();
      return (await once(request, event)) as HandOver; // node:http's documentation
    });
    onTestFinished(() => void socket.destroy());
    expect(response.statusCode).toBe(status);
    expect(String(head)).toBe('first');
    expect(doneBefore).toBe(true);
    for (const name of ['data', 'free', 'lookup', 'connect', 'secureConnect', 'readable']) {
      expect([name, socket.listenerCount(name)]).toEqual([name, 0]);
    }
    // The socket works as any other.
    socket.write('echo');
    const [echo] = (await once(socket, 'data')) as [Buffer];
    expect(String(echo)).toBe('echo');
    const recorder = traced.only;
    expect(recorder.the('gotResponse').args[0]).toMatchObject({ status, statusText: reason });
    expect(recorder.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder.has('gotLastResponseByte')).toBe(false);
    expect(recorder.has('putIdleConn')).toBe(false);
    expect(recorder.names.at(-1)).toBe('roundTripDone');
    expect(recorder.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('to nobody, because nobody listens, fails', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      },
      { tls: secure },
    );
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin), ...UPGRADE }));
    request.end();
    await once(request, 'close');
    const [recorder] = await traced.settled();
    expect(recorder!.has('gotFirstResponseByte')).toBe(true);
    expect(recorder!.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
  });

  it('is not, when the server declines: then it is kept', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.respond('plain');
      },
      { tls: secure },
    );
    const agent = agentFor(server.origin);
    const headers = { connection: 'Upgrade, keep-alive', upgrade: 'echo' };
    const { body } = await traced.run(() => finish(open(server.origin, { agent, headers })));
    const [recorder] = await traced.settled();
    expect(body).toBe('plain');
    expect(recorder!.the('gotResponse').args[0].status).toBe(200);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('is not, when the tunnel breaks before it answers', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.reset();
      },
      { tls: secure },
    );
    const request = traced.run(() =>
      open(server.origin, { agent: agentFor(server.origin), method: 'CONNECT', path: 'example.test:443' }),
    );
    const err = await errorOf(request.end());
    const [recorder] = await traced.settled();
    expect(err.code).toBe('ECONNRESET');
    expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
  });
});
