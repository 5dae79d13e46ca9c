import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { describe, expect, it, onTestFinished } from 'vitest';

import { record } from '../../src/index.ts';
import { hostPort, isElsewhere, parseAddr } from '../../src/record/origin.ts';
import { appServer } from '../helpers/app-server.ts';
import { certs } from '../helpers/certs.ts';
import { get, httpAgent } from '../http/exchange.ts';
import { FakeRoundTrip } from './fake-round-trip.ts';
import { HANDSHAKE } from './handshake.ts';
import { expectValid } from './valid.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';

/** A proxy that tunnels by CONNECT and forwards the rest; with `secure` one that speaks TLS itself. */
async function proxyServer(secure = false): Promise<number> {
  const server = secure ? https.createServer(certs().good) : http.createServer();
  const sockets = new Set<Duplex>();
  server.on('connect', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const target = net.connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      if (head.length > 0) target.write(head);
      target.pipe(socket).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => socket.destroy());
  });
  server.on('request', (request, response) => {
    http.get(request.url ?? '', (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 500)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as net.AddressInfo).port; // it listens on a port
}

function tunnelAgent(port: number, secure = false): HttpsProxyAgent<string> {
  const agent = new HttpsProxyAgent<string>(`${secure ? 'https' : 'http'}://user:secret@127.0.0.1:${port}`, {
    keepAlive: true,
    // For a proxy that speaks no TLS it has no effect.
    ca: certs().ca,
  });
  onTestFinished(() => agent.destroy());
  return agent;
}

const DIAL = ['dns', 'connect', 'proxy', 'tls'];

describe.each([
  ['a proxy', false],
  ['a proxy that speaks TLS', true],
])('a round trip by %s', (_which, secure) => {
  it('names it, and has its answer as a phase of its own before the origin’s TLS', async () => {
    const origin = await appServer((_request, response) => response.end('ok'), true);
    const port = await proxyServer(secure);
    const agent = tunnelAgent(port, secure);
    const { records, status } = await record(async () => {
      await get(`${origin.origin}/`, { agent });
      await new Promise(setImmediate);
      await get(`${origin.origin}/`, { agent });
    });
    expect(status).toBe('fulfilled');
    const [first, second] = records.map(expectValid);
    expect(first?.phases.map(({ name }) => name).filter((name) => DIAL.includes(name))).toEqual([
      'connect',
      'proxy',
      'tls',
    ]);
    expect(first?.connection).toMatchObject({
      proxy: `127.0.0.1:${port}`,
      reused: false,
      transport: 'tcp',
      tls: { certificate: { subject: 'CN=localhost' } },
    });
    expect(second?.connection).toMatchObject({ proxy: `127.0.0.1:${port}`, reused: true });
    expect(second?.phases.some(({ name }) => DIAL.includes(name))).toBe(false);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it('ends in connect when the proxy is not there', async () => {
    const port = CLOSED_PORT;
    const { records } = await record(() => get('https://h.test/', { agent: tunnelAgent(port, secure) }));
    const one = expectValid(records[0]!);
    expect(one).toMatchObject({
      outcome: 'error',
      error: { code: 'ECONNREFUSED', phase: 'connect' },
      dial: { used: false, attempts: [{ addr: `127.0.0.1:${port}` }] },
    });
    expect(JSON.stringify(one)).not.toContain('secret');
  });
});

describe('a dial to a proxy that gave no connection', () => {
  const failed = new Error('failed');

  /** Phases and the error's phase of a round trip to https://origin.test whose dial was `dial`. */
  function failedDial(dial: (roundTrip: FakeRoundTrip) => void, url = 'https://origin.test/'): unknown[] {
    const roundTrip = new FakeRoundTrip();
    roundTrip.url = url;
    roundTrip.roundTripStart(0);
    roundTrip.getConn(0, 'origin.test:443');
    dial(roundTrip);
    roundTrip.roundTripDone(10, failed);
    const { phases, error } = expectValid(roundTrip.record());
    return [...phases.map(({ name, start }) => `${name} ${start}`), error?.phase];
  }

  it.each<[string, (roundTrip: FakeRoundTrip) => void]>([
    ['by name', (one) => one.dnsStart(1, 'proxy.test')],
    ['by address', () => {}],
  ])('is known %s', (_how, first) => {
    const connected = (one: FakeRoundTrip) => {
      first(one);
      one.connectStart(2, 'tcp', '10.0.0.1:3128');
      one.connectDone(3, 'tcp', '10.0.0.1:3128', null);
    };
    expect(failedDial(connected).slice(-3)).toEqual(['connect 2', 'proxy 3', 'proxy']);
    // The proxy's own handshake succeeded.
    const refused = (one: FakeRoundTrip) => {
      connected(one);
      one.tlsHandshakeStart(4);
      one.tlsHandshakeDone(5, HANDSHAKE, null);
    };
    expect(failedDial(refused).slice(-3)).toEqual(['connect 2', 'proxy 3', 'proxy']);
    // The first is the proxy's handshake, the second the origin's.
    const twice = (one: FakeRoundTrip) => {
      refused(one);
      one.tlsHandshakeStart(7);
      one.tlsHandshakeDone(8, HANDSHAKE, failed);
    };
    expect(failedDial(twice).slice(-3)).toEqual(['proxy 3', 'tls 7', 'tls']);
    const once = (one: FakeRoundTrip) => {
      connected(one);
      one.tlsHandshakeStart(4);
      one.tlsHandshakeDone(5, HANDSHAKE, failed);
    };
    expect(failedDial(once).slice(-3)).toEqual(['proxy 3', 'tls 4', 'tls']);
    // To an origin without TLS a handshake can only be the proxy's.
    expect(failedDial(once, 'http://origin.test/').slice(-2)).toEqual(['proxy 3', 'proxy']);
  });

  it('is not taken for one when it went to the origin or to a unix socket', () => {
    const direct = (one: FakeRoundTrip) => {
      one.dnsStart(1, 'origin.test');
      one.connectStart(2, 'tcp', '10.0.0.1:443');
      one.connectDone(3, 'tcp', '10.0.0.1:443', null);
    };
    expect(failedDial(direct)).toEqual(['queued 0', 'dns 1', 'connect 2', 'connect']);
    const unix = (one: FakeRoundTrip) => {
      one.connectStart(2, 'unix', '/run/x.sock');
      one.connectDone(3, 'unix', '/run/x.sock', null);
    };
    expect(failedDial(unix)).toEqual(['queued 0', 'connect 2', 'connect']);
  });
});

describe('a round trip by a proxy that forwards', () => {
  it('names it, and has the origin in its URL', async () => {
    const origin = await appServer((_request, response) => response.end('ok'));
    const port = await proxyServer();
    const { records } = await record(() =>
      get(`http://127.0.0.1:${port}/`, {
        agent: httpAgent(),
        path: `http://user:secret@127.0.0.1:${origin.port}/x?k=v`,
      }),
    );
    const one = expectValid(records[0]!);
    expect(one.connection?.proxy).toBe(`127.0.0.1:${port}`);
    expect(one.request.url).toBe(`http://[redacted]@127.0.0.1:${origin.port}/x?k=[redacted]`);
    expect(one.response?.status).toBe(200);
  });
});

describe('what is no proxy', () => {
  it('is the origin itself, by name or by address', async () => {
    const origin = await appServer((_request, response) => response.end('ok'));
    for (const host of ['127.0.0.1', 'LocalHost']) {
      const { records } = await record(() =>
        get(`http://${host}:${origin.port}/`, {
          agent: httpAgent(),
          lookup: (_host, options, done) =>
            options.all === true
              ? done(null, [{ address: '127.0.0.1', family: 4 }])
              : done(null, '127.0.0.1', 4),
        }),
      );
      expect(expectValid(records[0]!).connection).not.toHaveProperty('proxy');
    }
  });

  it.each<[string, string | undefined, string, boolean]>([
    ['h.test', '80', 'http://h.test/', false],
    ['h.test', '3128', 'http://h.test/', false],
    ['h.test', '3128', 'http://h.test:80/', true],
    ['h.test', undefined, 'http://h.test:80/', false],
    ['H.test', '8080', 'http://h.TEST:8080/?a:1', false],
    ['h.test', '8080', 'http://h.test:8080/', false],
    ['h.test', '80', 'http://h.test:8080/', true],
    ['h.test', '8080', 'http://h.test:80/', true],
    ['h.test', '80', 'http://h.test.other.test/', true],
    ['h.test', '80', 'http://h.test:80@other.test/', true],
    ['h.test', '80', 'http://u:h.test@other.test/', true],
    ['h.test', '80', 'http://u:p@h.test:80', false],
    ['::1', '80', 'http://[::1]:80/', false],
    ['::2', '80', 'http://[::1]:80/', true],
    ['h.test', '80', 'nonsense', true],
  ])('%s port %s for %s: %s', (host, port, url, expected) => {
    expect(isElsewhere({ host, port }, url)).toBe(expected);
  });

  it('reads and writes addresses of both families', () => {
    expect(parseAddr('127.0.0.1:80')).toEqual({ host: '127.0.0.1', port: '80' });
    expect(parseAddr('[::1]:80')).toEqual({ host: '::1', port: '80' });
    expect(hostPort({ host: '::1', port: '80' })).toBe('[::1]:80');
    expect(hostPort({ host: 'h.test', port: '80' })).toBe('h.test:80');
  });
});
