import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';

import { BundledAgent } from '../behaviours/drivers/bundled-undici.ts'; // before the npm copies
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';
import { certs } from '../helpers/certs.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';

/** A WebSocket server that says back what it is told; it refuses `/no`. */
async function echoServer(secure: boolean): Promise<string> {
  const server = secure ? https.createServer(certs().good) : http.createServer();
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }, answer) => answer(req.url !== '/no', 403),
  });
  sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return `${secure ? 'wss' : 'ws'}://127.0.0.1:${port}`;
}

/** What is used of a WebSocket of any copy of undici. */
interface Socket extends EventTarget {
  readonly readyState: number;
  send(data: string): void;
  close(): void;
}

interface Copy {
  readonly name: string;
  readonly version: string;
  readonly Agent: typeof BundledAgent;
  readonly WebSocket: new (url: string, options: object) => Socket;
}

// Node has it from 22 on.
const ofNode: readonly Copy[] =
  'WebSocket' in globalThis
    ? [
        {
          name: 'the WebSocket of Node',
          version: process.versions['undici'] ?? '',
          Agent: BundledAgent,
          // The types do not know its second argument.
          WebSocket: Reflect.get(globalThis, 'WebSocket'),
        },
      ]
    : [];

const COPIES: readonly Copy[] = [
  ...ofNode,
  ...UNDICIS.map(({ major, version, module }) => ({
    name: `the WebSocket of undici ${major}`,
    version,
    Agent: module.Agent,
    WebSocket: module.WebSocket as unknown as Copy['WebSocket'],
  })),
];

const MODES: readonly WatchMode[] = ['context', 'observe'];
const TABLE = COPIES.flatMap((copy) =>
  ['ws', 'wss'].flatMap((scheme) => MODES.map((mode) => ({ ...copy, scheme, mode }))),
);

describe.each(TABLE)('$name by $scheme, watched by $mode', ({ scheme, mode, version, Agent, WebSocket }) => {
  const secure = scheme === 'wss';

  function connect(url: string): Socket {
    const dispatcher = new Agent({ connect: { ca: certs().ca } });
    onTestFinished(() => dispatcher.destroy());
    return new WebSocket(url, { dispatcher });
  }

  it('is a round trip of fetch that ends when the connection is handed over', async () => {
    const traced = recordings();
    const url = await echoServer(secure);
    const socket = await traced.watch(mode, async () => {
      const made = connect(`${url}/chat`);
      await once(made, 'open');
      return made;
    });
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.info).toMatchObject({ client: 'fetch', clientVersion: version, method: 'GET' });
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
    const { status, header } = recorder!.the('gotResponse').args[0];
    expect(status).toBe(101);
    expect(header['upgrade']).toEqual(['websocket']);
    const fields = recorder!.all('wroteHeaderField').map(({ args }) => args[0].toLowerCase());
    expect(fields).toContain('sec-websocket-key');
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);

    // What follows is not HTTP, and works.
    const before = recorder!.events.length;
    const reply = once(socket, 'message');
    socket.send('hello');
    expect((await reply)[0]).toMatchObject({ data: 'hello' });
    socket.close();
    await once(socket, 'close');
    expect(recorder!.events).toHaveLength(before);
  });

  it('that is refused is a round trip with the response that refuses it', async () => {
    const traced = recordings();
    const url = await echoServer(secure);
    await traced.watch(mode, async () => {
      await once(connect(`${url}/no`), 'error');
    });
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.the('gotResponse').args[0].status).toBe(403);
    expect(recorder!.has('roundTripDone')).toBe(true);
  });

  it('whose server cannot be reached ends with the error of its dial', async () => {
    const traced = recordings();
    const port = CLOSED_PORT;
    await traced.watch(mode, async () => {
      await once(connect(`${scheme}://127.0.0.1:${port}`), 'error');
    });
    const [recorder] = await traced.settled();
    expect(recorder!.the('connectDone').args[2]).toMatchObject({ code: 'ECONNREFUSED' });
    expect(recorder!.the('roundTripDone').args[0].err).toMatchObject({ code: 'ECONNREFUSED' });
    expect(recorder!.has('gotConn')).toBe(false);
  });
});
