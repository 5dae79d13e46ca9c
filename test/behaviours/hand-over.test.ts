import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Client } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { UNDICIS } from './drivers/table.ts';
import { dispatcherOptions, owned } from './drivers/fetch.ts';
import { agentFor } from '../http/exchange.ts';
import { hooks } from './scene.ts';

/** How a client asks for its connection. */
interface Asking {
  readonly name: string;
  readonly upgrade: (url: string) => Promise<HandedOver>;
  readonly connect: (url: string, target: string) => Promise<HandedOver>;
}

/** What the client's user gets. */
interface HandedOver {
  readonly status: number;
  readonly socket: Duplex;
}

type Args = [response: http.IncomingMessage, socket: Duplex, head: Buffer];

const nodeHttp: Asking = {
  name: 'node:http and node:https',
  upgrade: (url) => ask(url, 'upgrade', { headers: { connection: 'Upgrade', upgrade: 'echo' } }),
  connect: (url, target) => ask(url, 'connect', { method: 'CONNECT', path: target }),
};

async function ask(url: string, event: string, options: https.RequestOptions): Promise<HandedOver> {
  const make = url.startsWith('https:') ? https.request : http.request;
  const request = make(url, { agent: agentFor(url), ca: certs().ca, ...options }).end();
  const [response, socket] = (await once(request, event)) as Args; // node:http's documentation
  return { status: response.statusCode ?? 0, socket };
}

const undicis = UNDICIS.flatMap(({ major, module }): Asking[] => [
  {
    name: `undici ${major}`,
    async upgrade(url) {
      const dispatcher = owned(new module.Agent(dispatcherOptions({})));
      const { socket } = await module.upgrade(url, { dispatcher, protocol: 'echo' });
      return { status: 101, socket };
    },
    async connect(url, target) {
      const dispatcher = owned(new module.Agent(dispatcherOptions({})));
      // The path of a CONNECT is its target.
      const options = { dispatcher, path: target } as Parameters<typeof module.connect>[1];
      const { statusCode, socket } = await module.connect(url, options);
      return { status: statusCode, socket };
    },
  },
  {
    name: `undici ${major} Client`,
    async upgrade(url) {
      const client = owned(new module.Client(url, dispatcherOptions({})));
      const { socket } = await client.upgrade({ path: '/', protocol: 'echo' });
      return { status: 101, socket };
    },
    async connect(url, target) {
      const client = owned(new module.Client(url, dispatcherOptions({})));
      const { statusCode, socket } = await client.connect({ path: target });
      return { status: statusCode, socket };
    },
  },
]);

const TABLE = [nodeHttp, ...undicis].flatMap((client) =>
  ['http', 'https'].map((scheme): { client: Asking; scheme: string; mode: WatchMode } => ({
    client,
    scheme,
    mode: scheme === 'http' ? 'context' : 'observe',
  })),
);

for (const { client, scheme, mode } of TABLE) {
  const secure = scheme === 'https';

  describe(`a connection that is handed over: ${client.name} by ${scheme}, watched by ${mode}`, () => {
    it.each([
      { title: 'by 101', how: 'upgrade', status: 101, fields: 'Connection: Upgrade\r\nUpgrade: echo\r\n' },
      { title: 'by CONNECT', how: 'connect', status: 200, fields: '' },
    ] as const)('$title ends the round trip, and is free of us', async ({ how, status, fields }) => {
      const traced = recordings();
      const server = await scriptedServer(
        async (peer) => {
          await peer.head();
          peer.send(`HTTP/1.1 ${status} Fine\r\n${fields}\r\n`);
          peer.send(await peer.bytes(4));
        },
        { tls: secure },
      );
      const handedOver = await traced.watch(mode, () =>
        how === 'upgrade' ? client.upgrade(server.origin) : client.connect(server.origin, 'example.test:443'),
      );
      const { socket } = handedOver;
      onTestFinished(() => void socket.destroy());
      const [recorder, ...others] = await traced.settled();
      expect(others).toEqual([]);
      expect(handedOver.status).toBe(status);
      expect(hooks(recorder)).toEqual([
        'roundTripStart',
        'getConn',
        'connectStart',
        'connectDone',
        ...(secure ? ['tlsHandshakeStart', 'tlsHandshakeDone'] : []),
        'gotConn',
        'wroteHeaderField',
        'wroteHeaders',
        'wroteRequest',
        'gotFirstResponseByte',
        'gotResponse',
        'roundTripDone',
      ]);
      expect(recorder!.info.method).toBe(how === 'upgrade' ? 'GET' : 'CONNECT');
      expect(recorder!.the('gotResponse').args[0].status).toBe(status);
      expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
      expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
      // The socket works as any other, and nothing of it is told.
      const events = recorder!.events.length;
      socket.write('echo');
      const [echo] = (await once(socket, 'data')) as [Buffer];
      expect(String(echo)).toBe('echo');
      expect(recorder!.events).toHaveLength(events);
    });
  });
}

describe('undici that offers an upgrade and is declined', () => {
  it.each(UNDICIS)('fails, and the round trip with it (undici $major)', async ({ module }) => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond('plain');
    });
    const client: Client = owned(new module.Client(server.origin));
    const error: unknown = await traced.run(() =>
      client.upgrade({ path: '/', protocol: 'echo' }).then(String, (reason: unknown) => reason),
    );
    const [recorder] = await traced.settled();
    expect(error).toBeInstanceOf(Error);
    expect(recorder!.has('gotFirstResponseByte')).toBe(true);
    expect(recorder!.the('roundTripDone').args[0].err).toBeInstanceOf(Error);
  });
});
