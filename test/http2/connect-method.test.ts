import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { Recorder } from '../../src/index.ts';
import { recordings } from '../helpers/recordings.ts';
import { connect, http2Server, request, type OnStream } from './exchange.ts';

const echo: OnStream = (stream) => {
  stream.respond({ ':status': 200 });
  stream.pipe(stream);
};

describe('CONNECT over HTTP/2', () => {
  it('ends its round trip at the 2xx: the stream is the tunnel of its program', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', echo);
    const session = connect(server.origin);
    const stream = traced.run(() =>
      session.request({ ':method': 'CONNECT', ':authority': 'example.com:443' }),
    );
    await once(stream, 'response');
    await traced.settled();
    expect(traced.only.names.slice(-4)).toEqual([
      'wroteRequest',
      'gotFirstResponseByte',
      'gotResponse',
      'roundTripDone',
    ]);
    expect(traced.only.the('getConn').args).toEqual(['example.com:443']);
    stream.write('through');
    const [echoed] = (await once(stream, 'data')) as [Buffer];
    expect(String(echoed)).toBe('through');
    stream.end();
    await once(stream.resume(), 'close');
  });

  it('leaves the connection to other requests', async () => {
    const server = await http2Server('h2c', echo);
    const recorder = new Recorder();
    await recorder.run(async () => {
      const session = connect(server.origin);
      const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'example.com:443' });
      await once(tunnel, 'response');
      await request(session);
      tunnel.close();
    });
    await recorder.flush();
    expect(
      recorder.records.map(({ request: { method }, connection }) => [method, connection!.after]),
    ).toEqual([
      ['CONNECT', 'kept'],
      ['GET', 'kept'],
    ]);
    // The tunnel is still open on it.
    expect(recorder.records[1]!.connection).toMatchObject({ reused: true, wasIdle: false });
  });

  it('that is refused is a request as any other', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', (stream) => {
      stream.respond({ ':status': 403 });
      stream.end('no');
    });
    const session = connect(server.origin);
    await traced.run(async () => {
      const stream = session.request({ ':method': 'CONNECT', ':authority': 'example.com:443' });
      await once(stream.resume(), 'end');
    });
    await traced.settled();
    expect(traced.only.the('gotResponse').args[0].status).toBe(403);
    expect(traced.only.has('gotLastResponseByte')).toBe(true);
  });

  it('of the extended kind, for a WebSocket, is handed over too', async () => {
    const traced = recordings();
    const server = await http2Server('h2', echo, { settings: { enableConnectProtocol: true } });
    const session = connect(server.origin);
    await once(session, 'remoteSettings');
    const stream = traced.run(() =>
      session.request({
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': '/chat',
        'sec-websocket-version': '13',
      }),
    );
    await once(stream, 'response');
    await traced.settled();
    expect(traced.only.info.url).toBe(`${server.origin}/chat`);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
    stream.destroy();
  });
});
