import type http from 'node:http';
import { describe, expect, it } from 'vitest';

import { appServer } from '../helpers/app-server.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, finish, get, open } from '../http/exchange.ts';
import { undicis } from './clients.ts';

describe('wrote-means-kernel', () => {
  /** More than any kernel takes of a connection whose peer does not read. */
  const BODY = Buffer.alloc(24 * 1024 * 1024);

  /** A server that reads the head of a request, and its body when it is told to. */
  async function deafServer(): Promise<{ origin: string; request: Promise<http.IncomingMessage> }> {
    let resolve: (request: http.IncomingMessage) => void = () => {};
    const request = new Promise<http.IncomingMessage>((done) => (resolve = done));
    const { origin } = await appServer((request, response) => {
      request.on('end', () => response.end('ok'));
      resolve(request);
    });
    return { origin, request };
  }

  const CLIENTS = [
    {
      name: 'http',
      send: (origin: string) => finish(open(origin, { method: 'POST', agent: agentFor(origin) }), BODY),
    },
    ...undicis.map((client) => ({
      name: client.name,
      send: (origin: string) =>
        client.send(origin, { dispatcher: client.agent(), method: 'POST', body: BODY }),
    })),
  ];

  it.each(CLIENTS)(
    'wrote-means-kernel: a request is not written as long as its server does not read ($name)',
    async ({ send }) => {
      const traced = recordings();
      const { origin, request } = await deafServer();
      const sent = traced.run(() => send(origin));
      const body = await request;
      const other = await scriptedServer(answerAll);
      await get(other.origin, { agent: agentFor(other.origin) });
      expect(traced.only.has('wroteRequest')).toBe(false);
      body.resume();
      await sent;
      await traced.settled();
      expect(traced.only.the('wroteRequest').args[0].err).toBeNull();
    },
  );
});
