import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { certs } from '../helpers/certs.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';

/** A WebSocket server that says back what it is told; it refuses `/no`. */
async function echoServer(secure: boolean): Promise<string> {
  const server = secure ? https.createServer(certs().good) : http.createServer();
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }: { req: http.IncomingMessage }) => req.url !== '/no',
  });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `${secure ? 'wss' : 'ws'}://127.0.0.1:${port}`;
}

const TABLE = ['ws', 'wss'].flatMap((scheme) =>
  (['context', 'observe'] satisfies WatchMode[]).map((mode) => ({ scheme, mode })),
);

describe.each(TABLE)('a handshake by $scheme, watched by $mode', ({ scheme, mode }) => {
  const secure = scheme === 'wss';

  it('is a round trip that ends when the connection is handed over', async () => {
    const traced = recordings();
    const url = await echoServer(secure);
    const socket = traced.watch(mode, () => new WebSocket(`${url}/chat`, { ca: certs().ca }));
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
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
      'roundTripDone',
    ]);
    expect(recorder!.the('getConn').args).toEqual([new URL(url).host]);
    expect(recorder!.the('gotResponse').args[0]).toMatchObject({ status: 101 });
    expect(recorder!.all('wroteHeaderField').map(({ args }) => args[0])).toContain('Sec-WebSocket-Key');

    // What follows is not HTTP, and works.
    const before = recorder!.events.length;
    const reply = once(socket, 'message');
    socket.send('hello');
    expect(String((await reply)[0])).toBe('hello');
    socket.close();
    await once(socket, 'close');
    expect(recorder!.events).toHaveLength(before);
  });

  it('that is refused ends as a response', async () => {
    const traced = recordings();
    const url = await echoServer(secure);
    const socket = traced.watch(mode, () => new WebSocket(`${url}/no`, { ca: certs().ca }));
    const [err] = (await once(socket, 'error')) as [Error]; // of 'error'
    const [recorder] = await traced.settled();
    expect(err.message).toContain('401');
    expect(recorder!.the('gotResponse').args[0].status).toBe(401);
  });
});
