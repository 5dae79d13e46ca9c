import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, type Peer, scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, finish, httpAgent, open } from '../http/exchange.ts';
import { dialLog } from './dial-log.ts';

/** Both ends of a stream in memory. */
function duplexPair(): [Duplex, Duplex] {
  const make = (): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        other.get(this)?.push(chunk);
        done();
      },
      final(done) {
        other.get(this)?.push(null);
        done();
      },
    });
  const [a, b] = [make(), make()];
  const other = new Map([
    [a, b],
    [b, a],
  ]);
  return [a, b];
}

/** A proxy that connects each CONNECT to `port`. */
function tunnelTo(port: number): (peer: Peer) => Promise<void> {
  return async (peer) => {
    await peer.head();
    const target = net.connect(port, '127.0.0.1');
    await once(target, 'connect');
    peer.socket.removeAllListeners('data');
    peer.socket.pipe(target).pipe(peer.socket);
    target.on('error', () => peer.socket.destroy());
    peer.socket.once('close', () => target.destroy());
    peer.send('HTTP/1.1 200 OK\r\n\r\n');
  };
}

const DIAL = ['connectStart tcp 127.0.0.1:PORT', 'connectDone tcp 127.0.0.1:PORT ok'];

describe('TLS over a socket that the program has connected', () => {
  it('belongs to the request that gets it, with its TCP part', async () => {
    const traced = recordings();
    const { port, origin } = await scriptedServer(answerAll, { tls: true });
    await traced.run(() => {
      const socket = net.connect(port, '127.0.0.1');
      const createConnection = (): tls.TLSSocket =>
        tls.connect({ socket, ca: certs().ca, servername: 'localhost' });
      return finish(https.request(origin, { createConnection }));
    });
    await traced.settled();
    expect(dialLog(traced.only, port)).toEqual([
      ...DIAL,
      'tlsHandshakeStart',
      'tlsHandshakeDone ok',
      'gotConn',
    ]);
  });

  it('is told of with its handshake alone when the socket was connected before', async () => {
    const traced = recordings();
    const { port, origin } = await scriptedServer(answerAll, { tls: true });
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await traced.run(() => {
      const createConnection = (): tls.TLSSocket =>
        tls.connect({ socket, ca: certs().ca, servername: 'localhost' });
      return finish(https.request(origin, { createConnection }));
    });
    await traced.settled();
    expect(dialLog(traced.only)).toEqual(['tlsHandshakeStart', 'tlsHandshakeDone ok', 'gotConn']);
  });

  it('ends its handshake when the socket below is destroyed', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(() => {});
    const request = traced.run(() => {
      const socket = net.connect(port, '127.0.0.1');
      const createConnection = (): tls.TLSSocket => {
        socket.once('connect', () => setImmediate(() => socket.destroy()));
        return tls.connect({ socket, servername: 'localhost' });
      };
      return https.request(`https://127.0.0.1:${port}/`, { createConnection }).end();
    });
    await errorOf(request);
    await traced.settled();
    expect(dialLog(traced.only, port)).toEqual([
      ...DIAL,
      'tlsHandshakeStart',
      'tlsHandshakeDone ERR_HTTPTRACE_CANCELED',
    ]);
  });
});

describe('TLS over a stream that is no socket', () => {
  it('is told of with its handshake', async () => {
    const traced = recordings();
    const [near, far] = duplexPair();
    const server = new tls.TLSSocket(far, {
      isServer: true,
      secureContext: tls.createSecureContext(certs().good),
    });
    server.once('data', () => server.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    const exchange = await traced.run(() => {
      const createConnection = (): tls.TLSSocket =>
        tls.connect({ socket: near, ca: certs().ca, servername: 'localhost' });
      return finish(https.request('https://localhost/', { createConnection }));
    });
    expect(exchange.body).toBe('ok');
    exchange.request.destroy();
    await traced.settled();
    expect(dialLog(traced.only)).toEqual(['tlsHandshakeStart', 'tlsHandshakeDone ok', 'gotConn']);
    expect(traced.only.the('tlsHandshakeDone').args[0]).toMatchObject({
      version: 'TLSv1.3',
      authorized: true,
    });
  });
});

describe("TLS through a tunnel that the program's own CONNECT opened", () => {
  it('belongs to the request inside, the TCP part to the CONNECT', async () => {
    const traced = recordings();
    const origin = await scriptedServer(answerAll, { tls: true });
    const proxy = await scriptedServer(tunnelTo(origin.port));
    const { body } = await traced.run(async () => {
      const connect = http.request({
        port: proxy.port,
        host: '127.0.0.1',
        method: 'CONNECT',
        path: origin.hostPort,
      });
      connect.end();
      const [, socket] = (await once(connect, 'connect')) as [http.IncomingMessage, net.Socket]; // node:http's documentation
      const createConnection = (): tls.TLSSocket =>
        tls.connect({ socket, ca: certs().ca, servername: 'localhost' });
      return finish(https.request(origin.origin, { createConnection }));
    });
    expect(body).toBe('ok');
    await traced.settled();
    const [connect, inside] = traced.roundTrips;
    expect(dialLog(connect!, proxy.port)).toEqual([...DIAL, 'gotConn']);
    expect(dialLog(inside!)).toEqual(['tlsHandshakeStart', 'tlsHandshakeDone ok', 'gotConn']);
  });
});

describe('a socket that is not HTTP', () => {
  /** How often a socket's events have listeners. */
  function listeners(socket: net.Socket): Record<string, number> {
    return Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]));
  }

  it('calls no hook and keeps no listener after it is connected', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(() => {});
    const plain = net.connect(port, '127.0.0.1');
    const watched = traced.run(() => net.connect(port, '127.0.0.1'));
    await Promise.all([once(plain, 'connect'), once(watched, 'connect')]);
    expect(listeners(watched)).toEqual(listeners(plain));
    expect(Reflect.ownKeys(watched)).toEqual(Reflect.ownKeys(plain));
    plain.destroy();
    watched.destroy();
    await once(watched, 'close');
    expect(traced.roundTrips).toEqual([]);
  });

  it('gets no listener for its errors and its end while it connects', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(() => {});
    const plain = net.connect(port, '127.0.0.1');
    const watched = traced.run(() => net.connect(port, '127.0.0.1'));
    expect(listeners(watched)).toEqual({ ...listeners(plain), connectionAttempt: 1, connect: 1 });
    await Promise.all([once(plain, 'connect'), once(watched, 'connect')]);
    plain.destroy();
    watched.destroy();
  });

  it('calls no hook and keeps no listener after its TLS handshake', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(() => {}, { tls: true });
    const connect = (): tls.TLSSocket =>
      tls.connect({ port, host: '127.0.0.1', ca: certs().ca, servername: 'localhost' });
    const plain = connect();
    const watched = traced.run(connect);
    await Promise.all([once(plain, 'secureConnect'), once(watched, 'secureConnect')]);
    expect(listeners(watched)).toEqual(listeners(plain));
    plain.destroy();
    watched.destroy();
    await once(watched, 'close');
    expect(traced.roundTrips).toEqual([]);
  });

  it('keeps no listener when connect() throws, or when it fails', async () => {
    const traced = recordings();
    const broken = new net.Socket();
    const before = listeners(broken);
    expect(() => traced.run(() => broken.connect({ port: 70_000 }))).toThrow(RangeError);
    expect(listeners(broken)).toEqual(before);

    const failed = traced.run(() => net.connect({ path: '/nonexistent/socket' }));
    await once(failed, 'error');
    await once(failed, 'close');
    const { connectionAttempt, lookup } = listeners(failed);
    expect([connectionAttempt, lookup]).toEqual([undefined, undefined]);
  });

  it('can be connected again', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(() => {});
    const socket = new net.Socket();
    for (let i = 0; i < 2; i++) {
      traced.run(() => socket.connect(port, '127.0.0.1'));
      await once(socket, 'connect');
      expect(socket.listenerCount('connectionAttempt')).toBe(0);
      socket.destroy();
      await once(socket, 'close');
    }
    expect(socket.listenerCount('close')).toBe(0);
  });

  it('does not hide errors that nobody handles', async () => {
    const traced = recordings();
    const socket = traced.run(() => net.connect({ path: '/nonexistent/socket' }));
    expect(socket.listenerCount('error')).toBe(0);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]; // node:net's documentation
    expect(error.code).toBe('ENOENT');
  });

  it('served by the same process is no dial', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(() => {}, { tls: true });
    const server = traced.run(() => tls.createServer(certs().good));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    const client = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(client, 'secureConnect');
    client.destroy();
    expect(traced.roundTrips).toEqual([]);
  });
});

describe('a reused connection', () => {
  it('has no dial', async () => {
    const traced = recordings();
    const { origin } = await scriptedServer(answerAll);
    const agent = httpAgent();
    await traced.run(() => finish(open(origin, { agent })));
    await traced.run(() => finish(open(origin, { agent })));
    await traced.settled();
    expect(dialLog(traced.roundTrips[1]!)).toEqual(['gotConn']);
  });
});
