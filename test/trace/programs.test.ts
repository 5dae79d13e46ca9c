import { once } from 'node:events';
import http from 'node:http';
import { expect, it } from 'vitest';

import {
  type ClientTrace,
  Context,
  type GotConnInfo,
  contextClientTrace,
  runWithClientTrace,
  withClientTrace,
} from '../../src/index.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { get, httpAgent, httpsAgent } from '../http/exchange.ts';

// The programs of Go's documentation and blog (https://go.dev/blog/http-tracing).

it('prints for each request whether its connection was reused', async () => {
  const server = await scriptedServer(answerAll);
  const agent = httpAgent();
  const printed: string[] = [];
  const trace: ClientTrace = {
    gotConn: ({ reused }) => void printed.push(`connection reused: ${reused}`),
  };
  await runWithClientTrace(trace, async () => {
    for (let i = 0; i < 3; i++) await get(server.origin, { agent });
  });
  expect(printed).toEqual(['connection reused: false', 'connection reused: true', 'connection reused: true']);
});

it('prints DNS, connect and got-connection of one GET', async () => {
  const server = await scriptedServer(answerAll, { tls: true });
  const printed: string[] = [];
  const trace: ClientTrace = {
    dnsDone: ({ addrs, err }) =>
      void printed.push(`DNS: ${addrs.map(({ address }) => address).join()} ${err}`),
    connectDone: (network, addr, err) => void printed.push(`connected: ${network} ${addr} ${err}`),
    gotConn: (info) => void printed.push(`got connection: ${info.conn.writable}, reused ${info.reused}`),
  };
  const ctx = withClientTrace(Context.background, trace);
  const { body } = await ctx.run(() =>
    get(`https://localhost:${server.port}/`, {
      agent: httpsAgent(),
      lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    }),
  );
  expect(body).toBe('ok');
  expect(printed).toEqual([
    'DNS: 127.0.0.1 null',
    `connected: tcp 127.0.0.1:${server.port} null`,
    'got connection: true, reused false',
  ]);
});

it('keeps the current request in a transport, through redirects', async () => {
  const server = await scriptedServer(async (peer) => {
    for (;;) {
      const head = await peer.head();
      if (head.startsWith('GET / ')) peer.respond('', 'HTTP/1.1 302 Found\r\nLocation: /next');
      else peer.respond();
    }
  });
  const printed: string[] = [];

  /** As the blog's: it keeps track of the request in flight, and its hook reports on it. */
  class Transport implements ClientTrace {
    #current: http.ClientRequest | undefined;
    readonly #agent = httpAgent();

    async roundTrip(url: string): Promise<http.IncomingMessage> {
      this.#current = runWithClientTrace(this, () => http.get(url, { agent: this.#agent }));
      const [response] = (await once(this.#current, 'response')) as [http.IncomingMessage]; // node:http's documentation
      response.resume();
      await once(response, 'end');
      return response;
    }

    gotConn({ reused }: GotConnInfo): void {
      printed.push(`Connection reused for ${this.#current?.path}? ${reused}`);
    }
  }

  const transport = new Transport();
  let url: string | undefined = server.origin;
  while (url !== undefined) {
    const { headers }: http.IncomingMessage = await transport.roundTrip(url);
    url = headers.location === undefined ? undefined : new URL(headers.location, url).href;
  }
  expect(printed).toEqual(['Connection reused for /? false', 'Connection reused for /next? true']);
});

it("finds the trace in the context, as Go's ContextClientTrace does", async () => {
  const server = await scriptedServer(answerAll);
  const trace = {};
  let found: ClientTrace | undefined;
  await runWithClientTrace(trace, () => {
    found = contextClientTrace(Context.current());
    return get(server.origin, { agent: httpAgent() });
  });
  expect(found).toBe(trace);
});
