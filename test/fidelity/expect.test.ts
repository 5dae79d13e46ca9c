import { describe, expect, it } from 'vitest';

import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, open, read, responseOf } from '../http/exchange.ts';
import { answerOf, http2Server, http2Session, packages, undicis } from './clients.ts';

/** Reads a head and what follows it, answers, and tells what followed. */
async function bodySentUnasked(scheme: 'http' | 'https'): Promise<string> {
  let body = '';
  const server = await scriptedServer(
    async (peer) => {
      await peer.head();
      body = (await peer.bytes(4)).toString();
      peer.respond();
    },
    { tls: scheme === 'https' },
  );
  const request = open(server.origin, {
    method: 'POST',
    headers: { Expect: '100-continue', 'Content-Length': 4 },
    agent: agentFor(server.origin),
  });
  request.end('body');
  await read(await responseOf(request));
  return body;
}

describe('expect-is-the-callers', () => {
  it.each(['http', 'https'] as const)(
    'expect-is-the-callers: node:%s sends a body that it has, without waiting for the 100',
    async (scheme) => {
      expect(await bodySentUnasked(scheme)).toBe('body');
    },
  );

  it('expect-is-the-callers: node:http2 sends a body that it has, without waiting for the 100', async () => {
    let body = '';
    const { origin } = await http2Server(async (stream) => {
      for await (const chunk of stream) body += String(chunk);
      stream.respond({ ':status': 200 });
      stream.end();
    });
    const stream = http2Session(origin).request({ ':method': 'POST', expect: '100-continue' });
    stream.end('body');
    await answerOf(stream);
    expect(body).toBe('body');
  });
});

describe('expect-refused', () => {
  it.each(undicis)('expect-refused: undici refuses an Expect header ($name)', async (client) => {
    const server = await scriptedServer(() => {});
    const sent = client.send(server.origin, {
      dispatcher: client.agent(),
      method: 'POST',
      body: 'body',
      headers: { expect: '100-continue' },
    });
    const reason = client.reason(await sent.catch((error: unknown) => error));
    expect(reason).toMatchObject({ code: 'UND_ERR_NOT_SUPPORTED', message: 'expect header not supported' });
  });

  it.each(packages)(
    'expect-refused: expectContinue sends no Expect over HTTP/1, and the body at once ($name)',
    async (client) => {
      let head = '';
      const server = await scriptedServer(async (peer) => {
        head = await peer.head();
        await peer.bytes(4);
        peer.respond();
      });
      const dispatcher = client.agent();
      await client.send(server.origin, { dispatcher, method: 'POST', body: 'body', expectContinue: true });
      expect(head).toMatch(/^POST /);
      expect(head).not.toMatch(/expect/i);
    },
  );
});

describe('fetch-cannot-expect', () => {
  it('fetch-cannot-expect: fetch has no other way to ask for a 100 over HTTP/2', async () => {
    let expectation: string | undefined = 'none';
    const { origin } = await http2Server((stream, headers) => {
      expectation = headers.expect;
      stream.respond({ ':status': 200 });
      stream.end();
    });
    const [fetch] = undicis;
    await fetch!.send(origin, {
      dispatcher: fetch!.agent({ allowH2: true }),
      method: 'POST',
      body: 'body',
      expectContinue: true,
    });
    expect(expectation).toBeUndefined();
  });
});

describe('continue-is-fatal', () => {
  it.each(undicis)(
    'continue-is-fatal: a 100 over HTTP/1 ends the request of undici ($name)',
    async (client) => {
      const server = await scriptedServer(async (peer) => {
        await peer.head();
        peer.send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        await peer.end();
      });
      const sent = client.send(server.origin, { dispatcher: client.agent(), method: 'POST', body: 'body' });
      const reason = client.reason(await sent.catch((error: unknown) => error));
      expect(reason).toMatchObject({ code: 'UND_ERR_SOCKET', message: 'bad response' });
    },
  );
});

describe('expect-without-limit', () => {
  it.each(packages)(
    'expect-without-limit: a body that waits for the 100 is not sent when the answer comes first ($name)',
    async (client) => {
      let body = '';
      const { origin } = await http2Server((stream, headers) => {
        expect(headers.expect).toBe('100-continue');
        stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
        stream.respond({ ':status': 200 });
        stream.end('ok');
      });
      const dispatcher = client.agent({ allowH2: true });
      const answer = await client.send(origin, {
        dispatcher,
        method: 'POST',
        body: 'body',
        expectContinue: true,
      });
      expect(answer).toEqual({ status: 200, body: 'ok' });
      expect(body).toBe('');
    },
  );
});
