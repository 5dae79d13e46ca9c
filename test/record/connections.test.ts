import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { type ConnectionRecord, Recorder, record } from '../../src/index.ts';
import { appServer } from '../helpers/app-server.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, get, httpAgent, open, responseOf } from '../http/exchange.ts';
import { aNumber, containing } from './matchers.ts';
import { expectValid } from './valid.ts';

/** Resolves with the record of the next connection that ends. */
function connectionRecorder(): { recorder: Recorder; closed: Promise<ConnectionRecord> } {
  let recorder: Recorder | undefined;
  const closed = new Promise<ConnectionRecord>((resolve) => {
    recorder = new Recorder({ onConnection: (one) => resolve(expectValid(one)) });
  });
  return { recorder: recorder!, closed };
}

describe.each(['http', 'https'])('the connection of a round trip (%s)', (scheme) => {
  const secure = scheme === 'https';

  it('is new to the first, and reused after lying idle by the next', async () => {
    const server = await appServer((_request, response) => response.end('ok'), secure);
    const agent = agentFor(server.origin);
    const before = performance.now();
    const { records } = await record(async () => {
      await get(server.origin, { agent });
      // The connection is given back after 'end'.
      await new Promise(setImmediate);
      await get(server.origin, { agent });
    });
    const [first, second] = records.map(expectValid);
    expect(records).toHaveLength(2);
    expect(first?.connection).toMatchObject({
      openedBy: first?.id,
      reused: false,
      wasIdle: false,
      served: 0,
      protocol: 'http/1.1',
      transport: 'tcp',
      remote: { address: '127.0.0.1', port: server.port },
      local: { address: '127.0.0.1' },
      after: 'kept',
    });
    expect(first?.connection).not.toHaveProperty('idleTime');
    expect(second?.connection).toMatchObject({
      id: first?.connection?.id,
      openedBy: first?.id,
      reused: true,
      wasIdle: true,
      served: 1,
      local: first?.connection?.local,
      after: 'kept',
    });
    expect(second?.connection?.idleTime).toBeGreaterThan(0);
    expect(second?.connection?.idleTime).toBeLessThan(performance.now() - before);
    expect(first?.phases.map(({ name }) => name)).toContain('connect');
    expect(second?.dial).toBeUndefined();
    expect(second?.phases.some(({ name }) => name === 'connect' || name === 'tls')).toBe(false);
  });

  it('has its certificate and TLS version, also when it was opened before anybody watched', async () => {
    const server = await appServer((_request, response) => response.end('ok'), secure);
    const agent = agentFor(server.origin);
    await get(server.origin, { agent });
    const { records } = await record(() => get(server.origin, { agent }));
    const { connection } = expectValid(records[0]!);
    expect(connection).toMatchObject({ reused: true, served: 0, remote: { port: server.port } });
    expect(connection).not.toHaveProperty('openedBy');
    if (!secure) expect(connection).not.toHaveProperty('tls');
    else {
      expect(connection?.tls).toMatchObject({
        version: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        authorized: true,
        certificate: { subject: 'CN=localhost', issuer: 'CN=httptrace test CA' },
      });
      expect(connection?.tls?.certificate?.validTo).toBeGreaterThan(Date.now());
    }
  });

  it('is opened by one round trip and can be used by another that waited for it', async () => {
    const server = await scriptedServer(
      async (peer) => {
        for (;;) {
          await peer.head();
          peer.respond();
        }
      },
      { tls: secure },
    );
    const agent = agentFor(server.origin, { maxSockets: 1 });
    const { records } = await record(() =>
      Promise.all([get(server.origin, { agent }), get(server.origin, { agent })]),
    );
    const [first, second] = records.map(expectValid);
    expect(second?.connection).toMatchObject({
      id: first?.connection?.id,
      openedBy: first?.id,
      reused: true,
      wasIdle: false,
      served: 1,
    });
    expect(second?.connection).not.toHaveProperty('idleTime');
    expect(second?.phases[0]?.name).toBe('queued');
  });
});

describe('a connection’s own record', () => {
  it('tells that it was closed while idle, and when', async () => {
    const server = await appServer((_request, response) => response.end('ok'));
    const agent = httpAgent();
    const { recorder, closed } = connectionRecorder();
    await recorder.run(() => get(server.origin, { agent }));
    await recorder.flush();
    const [open, ...others] = recorder.connections.map(expectValid);
    expect(others).toEqual([]);
    expect(open).not.toHaveProperty('closed');
    expect(open).toMatchObject({ id: recorder.records[0]?.connection?.id, served: 1 });
    const destroyed = performance.now();
    agent.destroy();
    const end = await closed;
    expect(end).toMatchObject({ ...open, closed: { reason: 'idle' } });
    expect(end.closed?.time).toBeGreaterThan(destroyed - 1);
    expect(recorder.connections).toEqual([]);
  });

  it('tells that it was closed with its response', async () => {
    const server = await appServer((_request, response) => {
      response.setHeader('connection', 'close');
      response.end('ok');
    });
    const { recorder, closed } = connectionRecorder();
    await recorder.run(() => get(server.origin, { agent: httpAgent() }));
    expect((await closed).closed).toEqual({ reason: 'response', time: aNumber });
    await recorder.flush();
    expect(recorder.records[0]?.connection).toMatchObject({ after: 'closed', closeReason: 'response' });
  });

  it('tells that its agent closed it after the response', async () => {
    const server = await appServer((_request, response) => response.end('ok'));
    const agent = httpAgent();
    // Node takes 0 as an option for its default.
    agent.maxFreeSockets = 0;
    const { recorder, closed } = connectionRecorder();
    await recorder.run(() => get(server.origin, { agent }));
    expect((await closed).closed).toEqual({ reason: 'response', time: aNumber });
    await recorder.flush();
    expect(recorder.records[0]?.connection).toMatchObject({
      after: 'closed',
      closeReason: containing('maxFreeSockets 0'),
    });
  });

  it('tells that it was closed by an error', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.reset();
    });
    const { recorder, closed } = connectionRecorder();
    await recorder.run(() => errorOf(open(server.origin).end()));
    expect((await closed).closed).toMatchObject({ reason: 'error', error: { code: 'ECONNRESET' } });
    await recorder.flush();
    expect(expectValid(recorder.records[0]!).connection).toMatchObject({
      after: 'closed',
      closeReason: 'error',
    });
  });

  it('tells that it was handed over', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      await peer.end();
      peer.close();
    });
    const { recorder, closed } = connectionRecorder();
    await recorder.run(async () => {
      const request = open(server.origin, { headers: { connection: 'Upgrade', upgrade: 'echo' } });
      request.end();
      const [, socket] = (await once(request, 'upgrade')) as [unknown, net.Socket]; // node:http's documentation
      socket.destroy();
    });
    expect((await closed).closed).toEqual({ reason: 'handed-over', time: aNumber });
    await recorder.flush();
    const { connection, response, outcome } = expectValid(recorder.records[0]!);
    expect({ outcome, status: response?.status, after: connection?.after }).toEqual({
      outcome: 'ok',
      status: 101,
      after: 'handed-over',
    });
    expect(connection).not.toHaveProperty('closeReason');
  });

  it('is handed over by CONNECT, whatever the proxy answers', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      peer.close();
    });
    const { records } = await record(async () => {
      const request = open(server.origin, { method: 'CONNECT', path: 'example.test:443' });
      request.end();
      await once(request, 'connect');
      request.destroy();
    });
    expect(expectValid(records[0]!)).toMatchObject({
      response: { status: 407 },
      connection: { after: 'handed-over' },
    });
  });

  it('is told once, however many recorders and round trips saw it', async () => {
    const server = await appServer((_request, response) => response.end('ok'));
    const agent = httpAgent();
    const told: string[] = [];
    const recorders = ['a', 'b'].map(
      (name) => new Recorder({ onConnection: ({ served }) => void told.push(`${name} ${served}`) }),
    );
    const [a, b] = recorders as [Recorder, Recorder];
    await a.run(() => b.run(() => get(server.origin, { agent })));
    await Promise.all(recorders.map((recorder) => recorder.flush()));
    await a.run(() => get(server.origin, { agent }));
    await a.flush();
    const [socket] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
    agent.destroy();
    await once(socket!, 'close');
    expect(told.toSorted()).toEqual(['a 2', 'b 2']);
  });

  it('is kept by the recorder only while it is open, of however many', async () => {
    const server = await appServer((_request, response) => response.end('ok'));
    const recorder = new Recorder();
    await recorder.run(async () => {
      const agent = new http.Agent({ keepAlive: false });
      for (let i = 0; i < 80; i++) await get(server.origin, { agent });
    });
    await recorder.flush();
    expect(recorder.records).toHaveLength(80);
    expect(recorder.connections).toEqual([]);
  });
});

describe('the remote address', () => {
  // Windows does not connect to 0.0.0.0.
  it.skipIf(process.platform === 'win32')('is that of who answered, where nobody was named', async () => {
    const server = await appServer((_request, response) => response.end('ok'));
    const { records } = await record(() => get(`http://0.0.0.0:${server.port}/`));
    expect(records[0]?.dial?.attempts[0]?.addr).toBe(`0.0.0.0:${server.port}`);
    expect(records[0]?.connection?.remote).toEqual({ address: '127.0.0.1', port: server.port });
  });
});

describe.each(['http', 'https'])('our own end of a connection (%s)', (scheme) => {
  it('is what the program sees on the socket, each its own', async () => {
    const server = await appServer((_request, response) => response.end('ok'), scheme === 'https');
    const agent = agentFor(server.origin);
    const seen: unknown[] = [];
    const { records } = await record(() =>
      Promise.all(
        ['/a', '/b'].map(async (path) => {
          const request = open(`${server.origin}${path}`, { agent });
          request.on('response', ({ socket }) => {
            seen.push({ address: socket.localAddress, port: socket.localPort });
          });
          await finish(request);
        }),
      ),
    );
    const told = records.map((one) => expectValid(one).connection?.local);
    expect(new Set(told.map((local) => local?.port)).size).toBe(2);
    expect(told).toEqual(expect.arrayContaining(seen));
  });
});

describe('a connection by a unix socket', () => {
  it.skipIf(process.platform === 'win32')('has the path as its remote address', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'httptrace-unix-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const socketPath = join(folder, 'server.sock');
    await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.respond();
      },
      { path: socketPath },
    );
    const { records } = await record(() => get('http://unix.test/x', { socketPath }));
    const one = expectValid(records[0]!);
    expect(one.connection).toMatchObject({ transport: 'unix', remote: { address: socketPath } });
    expect(one.connection).not.toHaveProperty('proxy');
    expect(one.dial).toMatchObject({ used: true, attempts: [{ network: 'unix', addr: socketPath }] });
    expect(one.dial).not.toHaveProperty('addresses');
    expect(one.phases.map(({ name }) => name)).not.toContain('dns');
  });
});

describe('a dial', () => {
  it('has each address that was tried, with what became of it', async () => {
    const server = await appServer((_request, response) => response.end('ok'));
    // Nobody listens there; 127.0.0.2 is loopback too.
    const dead = { address: '127.0.0.2', family: 4 };
    const alive = { address: '127.0.0.1', family: 4 };
    const options: https.RequestOptions & net.TcpSocketConnectOpts = {
      port: server.port,
      autoSelectFamily: true,
      lookup: (_host, _options, done) => done(null, [dead, alive]),
    };
    const { records } = await record(() => get(`http://example.test:${server.port}/`, options));
    const one = expectValid(records[0]!);
    expect(one.dial).toMatchObject({
      used: true,
      host: 'example.test',
      addresses: ['127.0.0.2', '127.0.0.1'],
      attempts: [
        {
          network: 'tcp',
          addr: `127.0.0.2:${server.port}`,
          error: { code: 'ECONNREFUSED', syscall: 'connect', phase: 'connect' },
        },
        { network: 'tcp', addr: `127.0.0.1:${server.port}` },
      ],
    });
    expect(one.dial?.attempts[1]).not.toHaveProperty('error');
    expect(
      one.events.filter(({ name }) => name.startsWith('connect')).map(({ name, detail }) => [name, detail]),
    ).toEqual([
      ['connectStart', { network: 'tcp', addr: `127.0.0.2:${server.port}` }],
      ['connectDone', { network: 'tcp', addr: `127.0.0.2:${server.port}`, error: 'ECONNREFUSED' }],
      ['connectStart', { network: 'tcp', addr: `127.0.0.1:${server.port}` }],
      ['connectDone', { network: 'tcp', addr: `127.0.0.1:${server.port}` }],
    ]);
    for (const attempt of one.dial?.attempts ?? []) {
      expect(attempt.start).toBeGreaterThan(0);
      expect(attempt.start + (attempt.duration ?? NaN)).toBeLessThan(one.duration);
    }
    expect(one.outcome).toBe('ok');
    expect(one.connection).toMatchObject({ remote: { address: '127.0.0.1' }, reused: false });
    expect(one.connection).not.toHaveProperty('proxy');
  });

  it('is not counted in the phases when the round trip got another connection meanwhile', async () => {
    const server = await scriptedServer(async (peer, index) => {
      await peer.head();
      // The first connection is closed, so one is dialled for the third request; before it is there, the second is free.
      if (index === 0) return peer.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      await server.peer(2);
      peer.respond();
      await peer.head();
      peer.respond();
    });
    const agent = httpAgent({ maxSockets: 2 });
    const slow: (() => void)[] = [];
    let opened = 0;
    agent.createConnection = (options, done) => {
      const socket = net.createConnection(options as net.NetConnectOpts);
      if (++opened <= 2) return socket;
      slow.push(() => done?.(null, socket));
      return undefined;
    };
    const { records } = await record(async () => {
      await Promise.all([1, 2, 3].map((number) => get(`${server.origin}/${number}`, { agent })));
      for (const giveSocket of slow) giveSocket();
    });
    const [first, second, third] = ['/1', '/2', '/3'].map((path) =>
      expectValid(records.find(({ request }) => request.url.endsWith(path))!),
    );
    expect(first?.dial?.used).toBe(true);
    expect(third?.dial?.used).toBe(false);
    expect(third?.dial?.attempts).toHaveLength(1);
    expect(third?.connection).toMatchObject({
      id: second?.connection?.id,
      openedBy: second?.id,
      reused: true,
    });
    const names = third?.phases.map(({ name }) => name) ?? [];
    expect(names.filter((name) => ['dns', 'connect', 'proxy', 'tls'].includes(name))).toEqual([]);
    expect(names[0]).toBe('queued');
  });
});

describe('what came back', () => {
  it('has the 1xx responses, the trailers and the Server-Timing of the response', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 102 Processing\r\n\r\n');
      peer.send('HTTP/1.1 103 Early Hints\r\nLink: </a?k=v>; rel=preload\r\nLink: </b>\r\n\r\n');
      peer.send('HTTP/1.1 200 Fine\r\nServer-Timing: db;dur=5, app;desc="x"\r\n');
      peer.send('Trailer: Digest\r\nTransfer-Encoding: chunked\r\n\r\n');
      peer.send('2\r\nok\r\n0\r\nDigest: abc\r\nSet-Cookie: a=b\r\n\r\n');
    });
    const { records } = await record(() => get(server.origin));
    const one = expectValid(records[0]!);
    expect(one.informational.map(({ status, header }) => [status, header])).toEqual([
      [102, []],
      [
        103,
        [
          ['link', '</a?k=[redacted]>; rel=preload'],
          ['link', '</b>'],
        ],
      ],
    ]);
    expect(one.response).toMatchObject({
      status: 200,
      statusText: 'Fine',
      trailers: [
        ['Digest', 'abc'],
        ['Set-Cookie', '[redacted]'],
      ],
      serverTiming: [
        { name: 'db', duration: 5 },
        { name: 'app', description: 'x' },
      ],
    });
    expect(one.phases.at(-1)?.name).toMatch(/^(wait|receive)$/);
  });

  it('is incomplete when the body is never read, and has what was known when flush gave up', async () => {
    const server = await appServer((_request, response) => response.end('x'.repeat(1_000_000)));
    const recorder = new Recorder();
    const request = recorder.run(() => open(server.origin));
    request.end();
    await responseOf(request);
    expect(recorder.open).toBe(1);
    await recorder.flush({ timeout: 0 });
    expect(recorder.open).toBe(0);
    const one = expectValid(recorder.records[0]!);
    expect(one).toMatchObject({
      outcome: 'incomplete',
      response: { status: 200 },
      connection: { reused: false },
    });
    expect(one.connection).not.toHaveProperty('after');
    expect(one).not.toHaveProperty('error');
    expect(one.request.wireBytes).toBeGreaterThan(0);
    request.destroy();
    await once(request, 'close');
    expect(recorder.records).toHaveLength(1);
  });
});
