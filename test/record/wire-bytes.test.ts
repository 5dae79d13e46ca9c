import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { Recorder, record, runWithClientTrace } from '../../src/index.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, finish, open } from '../http/exchange.ts';
import { expectValid } from './valid.ts';

const compressed = gzipSync('a text that is longer than its compressed form '.repeat(50));

/** A response as it is on the wire, and how many bytes its body has. */
const RESPONSES: [string, string, string | Buffer, number][] = [
  ['with a length', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 5],
  [
    'in chunks',
    'GET',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n',
    5,
  ],
  ['to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n', 0],
  ['without content', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', 0],
  ['of something not modified', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n', 0],
  [
    'that stays compressed',
    'GET',
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${compressed.length}\r\n\r\n`,
      ),
      compressed,
    ]),
    compressed.length,
  ],
  ['up to the end of the connection', 'GET', 'HTTP/1.0 200 OK\r\n\r\nall of it', 9],
  [
    'after a 103',
    'GET',
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    2,
  ],
];

describe.each(['http', 'https'])('bytes of %s', (scheme) => {
  it.each(RESPONSES)('of a response %s', async (_what, method, wire, bodyBytes) => {
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send(wire);
        if (wire.toString('latin1').startsWith('HTTP/1.0')) peer.close();
      },
      { tls: scheme === 'https' },
    );
    const { records } = await record(() =>
      finish(open(server.origin, { method, agent: agentFor(server.origin) })),
    );
    const [one] = records.map(expectValid);
    const peer = await server.peer(0);
    expect(one?.outcome).toBe('ok');
    expect(one?.request.wireBytes).toBe(peer.received.length);
    expect(one?.response).toMatchObject({ wireBytes: wire.length, bodyBytes });
  });

  it('of a request with a body, one after another on one connection', async () => {
    const sizes: number[] = [];
    const server = await scriptedServer(
      async (peer) => {
        for (const body of ['first', 'the second']) {
          const before = peer.received.length;
          await peer.head();
          await peer.bytes(body.length);
          sizes.push(peer.received.length - before);
          peer.respond(body);
        }
      },
      { tls: scheme === 'https' },
    );
    const agent = agentFor(server.origin);
    const { records } = await record(async () => {
      for (const body of ['first', 'the second']) {
        const headers = { 'content-length': body.length };
        await finish(open(server.origin, { method: 'POST', agent, headers }), body);
      }
    });
    expect(records.map(({ request }) => request.wireBytes)).toEqual(sizes);
    expect(records.map(({ response }) => response?.bodyBytes)).toEqual([5, 10]);
    expect(records.map(({ connection }) => connection?.reused)).toEqual([false, true]);
  });

  it('of a request after others on its connection that nobody recorded', async () => {
    const sizes: number[] = [];
    const server = await scriptedServer(
      async (peer) => {
        for (;;) {
          const before = peer.received.length;
          await peer.head();
          sizes.push(peer.received.length - before);
          peer.respond();
        }
      },
      { tls: scheme === 'https' },
    );
    const agent = agentFor(server.origin);
    function ask(path: string) {
      return finish(open(server.origin + path, { agent }));
    }
    const recorder = new Recorder();
    const hooks = { gotConn() {} };
    await recorder.run(() => ask('/recorded'));
    await ask('/watched/by/nobody');
    await recorder.run(() => ask('/recorded/again'));
    await runWithClientTrace(hooks, () => ask('/with/hooks/only'));
    await recorder.run(() => ask('/recorded/a/third/time'));
    await recorder.run(() => ask('/recorded/right/after/that'));
    await recorder.flush();
    expect(recorder.records.map(({ request }) => request.wireBytes)).toEqual(
      [0, 2, 4, 5].map((at) => sizes[at]),
    );
  });

  it('of a request after one that was recorded before its end', async () => {
    let sent = 0;
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        await peer.bytes(20);
        peer.respond();
        const before = peer.received.length;
        await peer.head();
        sent = peer.received.length - before;
        peer.respond();
      },
      { tls: scheme === 'https' },
    );
    const agent = agentFor(server.origin);
    const recorder = new Recorder();
    const headers = { 'content-length': 20 };
    const slow = recorder.run(() => open(server.origin, { method: 'POST', agent, headers }));
    await new Promise<void>((resolve) => void slow.write('half of it', () => resolve()));
    await recorder.flush({ timeout: 0 });
    await finish(slow, 'and so on!');
    await recorder.run(() => finish(open(server.origin, { agent })));
    await recorder.flush();
    expect(recorder.records.map(({ outcome }) => outcome)).toEqual(['incomplete', 'ok']);
    expect(recorder.records[1]?.request.wireBytes).toBe(sent);
  });

  it('of a response that breaks off: what came, and of the body nothing that is not known', async () => {
    const wire = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send(wire);
        peer.close();
      },
      { tls: scheme === 'https' },
    );
    const result = await record(() => finish(open(server.origin)));
    const [one] = result.records.map(expectValid);
    expect(result.status).toBe('rejected');
    expect(one).toMatchObject({
      outcome: 'error',
      error: { phase: 'receive' },
      response: { wireBytes: wire.length },
    });
    expect(one?.response).not.toHaveProperty('bodyBytes');
  });

  it('of a response in chunks that breaks off: what came', async () => {
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
        peer.close();
      },
      { tls: scheme === 'https' },
    );
    const { records } = await record(() => finish(open(server.origin)));
    expect(records[0]).toMatchObject({ outcome: 'error', response: { bodyBytes: 5 } });
  });
});
