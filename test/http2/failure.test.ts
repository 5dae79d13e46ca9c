import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';

import { Recorder } from '../../src/index.ts';
import { recordings } from '../helpers/recordings.ts';
import { SCHEMES, answer, connect, errorOf, http2Server, request } from './exchange.ts';
import { dataFrame, frameServer, goawayFrame, headersFrame, resetFrame } from './frame-server.ts';

const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** Resolves at 'close', also when an error comes first. */
function closed(emitter: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => emitter.once('close', resolve));
}

describe('a stream that the server resets', () => {
  it.each([
    ['INTERNAL_ERROR', INTERNAL_ERROR],
    ['REFUSED_STREAM', REFUSED_STREAM],
  ])('with %s before its response ends the round trip with the error of the stream', async (name, code) => {
    const traced = recordings();
    const server = await frameServer((peer, id) => peer.send(resetFrame(id, code)));
    const err = await traced.run(() => errorOf(connect(server.origin).request()));
    await traced.settled();
    expect(err).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    expect(err.message).toContain(name);
    expect(traced.only.has('gotFirstResponseByte')).toBe(false);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('with CANCEL, which is no error for node:http2, ends the round trip with one that says so', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => peer.send(resetFrame(id, CANCEL)));
    await traced.run(() => once(connect(server.origin).request(), 'close'));
    await traced.settled();
    expect(traced.only.the('roundTripDone').args[0].err).toMatchObject({
      code: 'ERR_HTTPTRACE_CUT_OFF',
      message: 'the stream was closed (CANCEL) before a response came',
    });
  });

  it('in the middle of its body fails, although nobody reads it', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      peer.send(headersFrame(id, 200), dataFrame(id, 'half', false));
      peer.send(resetFrame(id, INTERNAL_ERROR));
    });
    const session = connect(server.origin);
    traced.run(() => session.request().on('error', () => {}));
    const { args } = await (await traced.at(0)).when('roundTripDone');
    expect(args[0].err).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    expect(traced.only.has('gotResponse')).toBe(true);
    expect(traced.only.has('gotLastResponseByte')).toBe(false);
  });

  it('with NO_ERROR in the middle of its body has ended, as node:http2 tells its user too', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      peer.send(headersFrame(id, 200), dataFrame(id, 'half', false));
      // Only after the whole response does RFC 9113 (8.1) allow it.
      peer.send(resetFrame(id, 0));
    });
    const session = connect(server.origin);
    const { body } = await traced.run(() => request(session));
    const [recorder] = await traced.settled();
    expect(body).toBe('half');
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('leaves the connection to the others', async () => {
    const server = await frameServer((peer, id) => {
      peer.send(id === 1 ? resetFrame(id, INTERNAL_ERROR) : headersFrame(id, 200, [], true));
    });
    const recorder = new Recorder();
    await recorder.run(async () => {
      const session = connect(server.origin);
      await errorOf(session.request());
      await request(session);
    });
    await recorder.flush();
    expect(recorder.records.map(({ connection }) => [connection?.after, connection?.reused])).toEqual([
      ['kept', false],
      ['kept', true],
    ]);
  });
});

describe('a session', () => {
  it('that the server ends by GOAWAY lets a stream that is under way come to its end', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      peer.send(goawayFrame(id, 0));
      peer.send(headersFrame(id, 200, [], true));
    });
    await traced.run(() => request(connect(server.origin)));
    await traced.settled();
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that the server ends by GOAWAY has the streams that it will not serve refused', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      if (id === 3) peer.send(goawayFrame(1, 0), headersFrame(1, 200, [], true));
    });
    await traced.run(async () => {
      const session = connect(server.origin);
      const first = request(session);
      const err = await errorOf(session.request());
      expect(err.message).toContain('REFUSED_STREAM');
      await first;
    });
    const [first, second] = await traced.settled();
    expect(first!.the('roundTripDone').args).toEqual([{ err: null }]);
    expect(second!.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
  });

  it('that the server ends by GOAWAY with an error fails all its streams and its connection', async () => {
    const server = await frameServer((peer, id) => {
      if (id === 3) peer.send(goawayFrame(3, INTERNAL_ERROR));
    });
    const reasons: unknown[] = [];
    const recorder = new Recorder({ onConnection: (connection) => reasons.push(connection.closed?.reason) });
    await recorder.run(async () => {
      const session = connect(server.origin);
      await Promise.all([errorOf(session.request()), errorOf(session.request()), closed(session)]);
    });
    await recorder.flush();
    expect(recorder.records.map(({ error, connection }) => [error?.code, connection?.after])).toEqual([
      ['ERR_HTTP2_SESSION_ERROR', 'closed'],
      ['ERR_HTTP2_SESSION_ERROR', 'closed'],
    ]);
    expect(reasons).toEqual(['error']);
  });

  it.each(['with an error', 'without one'])(
    'that its program destroys %s ends its round trips',
    async (how) => {
      const traced = recordings();
      const server = await http2Server('h2c', () => {});
      const mine = new Error('enough');
      await traced.run(async () => {
        const session = connect(server.origin);
        const stream = session.request().on('error', () => {});
        await once(stream, 'ready');
        session.destroy(how === 'with an error' ? mine : undefined);
        await closed(stream);
      });
      await traced.settled();
      const { err } = traced.only.the('roundTripDone').args[0];
      if (how === 'with an error') expect(err).toBe(mine);
      else expect(err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
    },
  );

  it.each(SCHEMES)('over %s whose connection breaks ends its round trips', async (scheme) => {
    const traced = recordings();
    const server = await http2Server(scheme, (stream) => stream.session!.destroy());
    const reasons: unknown[] = [];
    const recorder = new Recorder({ onConnection: (connection) => reasons.push(connection.closed?.reason) });
    await traced.run(() =>
      recorder.run(async () => {
        const session = connect(server.origin);
        session.request().on('error', () => {});
        await closed(session);
      }),
    );
    await traced.settled();
    expect(traced.only.the('roundTripDone').args[0].err).not.toBeNull();
    expect(reasons).toEqual(['error']);
  });

  it('whose peer speaks something else ends its round trip with the error of the protocol', async () => {
    const traced = recordings();
    const server = net.createServer((socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo; // it listens on TCP
    const err = await traced.run(() => errorOf(connect(`http://127.0.0.1:${port}`).request()));
    server.close();
    await traced.settled();
    expect(err.code).toBe('ERR_HTTP2_ERROR');
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('that cannot connect tells of its dial and ends the round trip without a connection', async () => {
    const traced = recordings();
    const server = net.createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo; // it listens on TCP
    server.close();
    await once(server, 'close');
    const err = await traced.run(() => errorOf(connect(`http://127.0.0.1:${port}`).request()));
    await traced.settled();
    expect(traced.only.names).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      'roundTripDone',
    ]);
    expect(traced.only.the('connectDone').args[2]).toMatchObject({ code: 'ECONNREFUSED' });
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('whose certificate is not trusted ends the round trip without a connection', async () => {
    const traced = recordings();
    const server = await http2Server('h2');
    const err = await traced.run(() => errorOf(connect(server.origin, { ca: [] }).request()));
    await traced.settled();
    expect(traced.only.has('gotConn')).toBe(false);
    expect(traced.only.the('tlsHandshakeDone').args[1]).not.toBeNull();
    expect(traced.only.the('roundTripDone').args).toEqual([{ err }]);
  });
});

describe('a request by node:http2 that its program gives up', () => {
  it('before its connection is there ends at once, and the dial goes on', async () => {
    const traced = recordings();
    const server = await http2Server('h2');
    const session = connect(server.origin);
    traced.run(() => session.request().destroy());
    const recorder = await traced.at(0);
    const { args } = await recorder.when('roundTripDone');
    expect(args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
    expect(recorder.has('gotConn')).toBe(false);
  });

  it('by its signal ends with its reason', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', () => {});
    const controller = new AbortController();
    await traced.run(async () => {
      const stream = connect(server.origin).request({}, { signal: controller.signal });
      await once(stream, 'ready');
      controller.abort();
      await errorOf(stream);
    });
    await traced.settled();
    expect(traced.only.the('roundTripDone').args[0].err).toMatchObject({ code: 'ABORT_ERR' });
  });

  it('by closing it ends with an error that says so, read or not', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', () => {});
    const session = connect(server.origin);
    const stream = traced.run(() => session.request());
    await once(stream, 'ready');
    stream.close();
    const { args } = await traced.only.when('roundTripDone');
    expect(args[0].err).toMatchObject({
      message: 'the stream was closed (NO_ERROR) before a response came',
    });
  });

  it('before it has a connection is closed when it got one', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', answer);
    const session = connect(server.origin);
    const stream = traced.run(() => session.request());
    stream.close(CANCEL);
    await once(stream, 'close');
    await traced.settled();
    expect(traced.only.has('gotConn')).toBe(true);
    expect(traced.only.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
  });
});

describe('a request that node:http2 refuses', () => {
  it.each([
    ['has a field of HTTP/1', { connection: 'close' }],
    ['has a pseudo header field of its own', { ':mine': '1' }],
  ])('because it %s is no round trip', async (_why, headers) => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await once(session, 'connect');
    expect(() => traced.run(() => session.request(headers))).toThrow();
    expect(traced.roundTrips).toHaveLength(0);
    await traced.run(() => request(session));
    expect(traced.roundTrips).toHaveLength(1);
  });

  it('because its signal is aborted is no round trip', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await traced.run(() => errorOf(session.request({}, { signal: AbortSignal.abort() })));
    expect(traced.roundTrips).toHaveLength(0);
  });

  it('because no stream is left is no round trip', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await once(session, 'connect');
    // @types/node 20 does not have it.
    Reflect.apply(Reflect.get(session, 'setNextStreamID') as (id: number) => void, session, [2 ** 31 - 1]);
    await traced.run(async () => {
      const last = request(session);
      expect((await errorOf(session.request())).code).toBe('ERR_HTTP2_OUT_OF_STREAMS');
      await last;
    });
    expect(traced.roundTrips).toHaveLength(1);
  });

  it.each(['closed', 'destroyed'])('because its session is %s ends no later than it is told', async (how) => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await once(session, 'connect');
    if (how === 'closed') session.close();
    else session.destroy();
    // Node 20 and 22 throw, 24 and 26 give a stream that fails.
    const refuse = async (): Promise<void> => {
      throw await errorOf(session.request());
    };
    await expect(traced.run(refuse)).rejects.toMatchObject({ code: /GOAWAY_SESSION|INVALID_SESSION/ });
    for (const recorder of await traced.settled()) {
      expect(recorder.names).toEqual(['roundTripStart', 'getConn', 'roundTripDone']);
    }
  });
});
