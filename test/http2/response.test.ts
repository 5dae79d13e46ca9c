import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { Recorder, observe, runWithClientTrace } from '../../src/index.ts';
import { recordings } from '../helpers/recordings.ts';
import { SCHEMES, connect, errorOf, finish, http2Server, read, request } from './exchange.ts';
import { dataFrame, frameServer, headersFrame } from './frame-server.ts';

const EXPECT = { ':method': 'POST', expect: '100-continue' };

describe.each(SCHEMES)('a request over %s that expects a 100', (scheme) => {
  it('is told of its 1xx first, as in Go, and of the 100 then', async () => {
    const traced = recordings();
    const server = await http2Server(scheme, (stream) => {
      // On its own: node:http2's server answers expect with a 100 where nobody handles 'checkContinue'.
      stream.on('end', () => {
        stream.respond({ ':status': 200 });
        stream.end('ok');
      });
      stream.resume();
      stream.additionalHeaders({ ':status': 100 });
    });
    await traced.run(async () => {
      const stream = connect(server.origin).request(EXPECT);
      await once(stream, 'continue');
      await finish(stream, 'body');
    });
    const { names } = traced.only;
    expect(names.slice(names.indexOf('wroteHeaders'))).toEqual([
      'wroteHeaders',
      'wait100Continue',
      'gotFirstResponseByte',
      'got1xxResponse',
      'got100Continue',
      'wroteRequest',
      'gotResponse',
      'gotLastResponseByte',
      'roundTripDone',
    ]);
    expect(traced.only.the('got1xxResponse').args[0]).toBe(100);
  });
});

describe('a request by node:http2 that has no body', () => {
  it('waits for no 100', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    await traced.run(() => request(connect(server.origin), { expect: '100-continue' }));
    await traced.settled();
    expect(traced.only.has('wait100Continue')).toBe(false);
  });
});

describe('an informational response over HTTP/2', () => {
  it('100 that nobody asked for is told of twice, as in Go', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      peer.send(headersFrame(id, 100), headersFrame(id, 200, [], true));
    });
    await traced.run(() => request(connect(server.origin)));
    await traced.settled();
    expect(traced.only.has('got100Continue')).toBe(true);
    expect(traced.only.the('got1xxResponse').args[0]).toBe(100);
  });

  it.each([true, false])('of each kind is told with its own fields (in one packet: %s)', async (together) => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      const frames = [
        headersFrame(id, 102),
        headersFrame(id, 103, [
          ['link', '</a.css>'],
          ['link', '</b.css>'],
          ['x-a', '1'],
        ]),
        headersFrame(id, 199),
        headersFrame(id, 200, [['x-b', '2']]),
        dataFrame(id, 'ok', true),
      ];
      if (together) peer.send(...frames);
      else for (const frame of frames) peer.send(frame);
    });
    const { body } = await traced.run(() => request(connect(server.origin)));
    await traced.settled();
    expect(body).toBe('ok');
    const told = traced.only.all('got1xxResponse').map(({ args: [code, header] }) => [code, { ...header }]);
    expect(told).toEqual([
      [102, {}],
      [103, { link: ['</a.css>', '</b.css>'], 'x-a': ['1'] }],
      [199, {}],
    ]);
    expect(Object.getPrototypeOf(traced.only.all('got1xxResponse')[0]!.args[1])).toBeNull();
    const response = traced.only.the('gotResponse').args[0];
    expect(response).toMatchObject({ status: 200, statusText: '', httpVersion: '2' });
    expect({ ...response.header }).toEqual({ 'x-b': ['2'] });
  });

  it.each([true, false])(
    'that a hook refuses ends the request with its very error (response in the same packet: %s)',
    async (together) => {
      const traced = recordings();
      const server = await frameServer((peer, id) => {
        const frames = [headersFrame(id, 103), headersFrame(id, 200), dataFrame(id, 'ok', true)];
        peer.send(...(together ? frames : frames.slice(0, 1)));
      });
      const refusal = new Error('not with these hints');
      let responses = 0;
      const err = await traced.run(() =>
        runWithClientTrace({ got1xxResponse: () => refusal }, () => {
          const stream = connect(server.origin).request();
          stream.on('response', () => responses++);
          return errorOf(stream);
        }),
      );
      await traced.settled();
      expect(err).toBe(refusal);
      expect(responses).toBe(0);
      expect(traced.only.has('gotResponse')).toBe(false);
      expect(traced.only.the('roundTripDone').args).toEqual([{ err: refusal }]);
    },
  );

  it('that an observer refuses is as any other', async () => {
    const server = await frameServer((peer, id) => {
      peer.send(headersFrame(id, 103), headersFrame(id, 200, [], true));
    });
    const observer = observe(() => ({ got1xxResponse: () => new Error('no') }));
    const { headers } = await request(connect(server.origin));
    observer[Symbol.dispose]();
    expect(headers[':status']).toBe(200);
  });
});

describe('a response over HTTP/2', () => {
  it('that nobody reads has its end told, and ends its round trip', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    traced.run(() => session.request().end());
    await (await traced.at(0)).when('roundTripDone');
    expect(traced.only.has('gotLastResponseByte')).toBe(true);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with status %s has no body and an end', async (method, status) => {
    const traced = recordings();
    const server = await http2Server('h2c', (stream) => {
      stream.respond({ ':status': status }, { endStream: true });
    });
    await traced.run(() => request(connect(server.origin), { ':method': method }));
    await traced.settled();
    expect(traced.only.names.slice(-4)).toEqual([
      'gotFirstResponseByte',
      'gotResponse',
      'gotLastResponseByte',
      'roundTripDone',
    ]);
  });

  it('in one packet is told in the order of its frames', async () => {
    const traced = recordings();
    const server = await frameServer((peer, id) => {
      peer.send(headersFrame(id, 103), headersFrame(id, 200), dataFrame(id, 'ok', true));
    });
    await traced.run(() => request(connect(server.origin)));
    await traced.settled();
    expect(traced.only.names.slice(-5)).toEqual([
      'gotFirstResponseByte',
      'got1xxResponse',
      'gotResponse',
      'gotLastResponseByte',
      'roundTripDone',
    ]);
  });

  it('is recorded with its fields, its body and its trailers', async () => {
    const server = await http2Server('h2', (stream) => {
      stream.respond({ ':status': 200, 'set-cookie': ['a=1', 'b=2'] }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc' }));
      stream.end(Buffer.alloc(100_000));
    });
    const recorder = new Recorder();
    await recorder.run(() => request(connect(server.origin)));
    await recorder.flush();
    const [record] = recorder.records;
    expect(record).toMatchObject({
      client: { name: 'http2', version: process.version },
      outcome: 'ok',
      request: { method: 'GET', url: `${server.origin}/`, httpVersion: '2' },
      response: { status: 200, statusText: '', httpVersion: '2', bodyBytes: 100_000 },
      connection: {
        reused: false,
        wasIdle: false,
        served: 0,
        protocol: 'h2',
        after: 'kept',
        transport: 'tcp',
      },
    });
    expect(record!.connection!.tls).toMatchObject({ alpnProtocol: 'h2' });
    expect(record!.request.header.map(([name]) => name)).toEqual([
      ':path',
      ':method',
      ':authority',
      ':scheme',
    ]);
    expect(record!.response!.header.map(([name]) => name)).toEqual(['set-cookie', 'set-cookie', 'date']);
    expect(record!.response!.trailers).toEqual([['x-sum', 'abc']]);
    expect(record!.phases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['connect', 'tls', 'wait']),
    );
  });
});

describe('a request body over HTTP/2', () => {
  it('that is large is written when all of it is with the kernel', async () => {
    const traced = recordings();
    const server = await http2Server('h2');
    const body = Buffer.alloc(3_000_000);
    await traced.run(() => request(connect(server.origin), { ':method': 'POST' }, body));
    await traced.settled();
    const { names } = traced.only;
    expect(names.indexOf('wroteRequest')).toBeGreaterThan(names.indexOf('wroteHeaders'));
    expect(names.indexOf('wroteRequest')).toBeLessThan(names.indexOf('gotResponse'));
    expect(traced.only.the('wroteRequest').args).toEqual([{ err: null }]);
  });

  it('may have trailers', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', (stream) => {
      stream.resume();
      stream.on('trailers', () => {
        stream.respond();
        stream.end('ok');
      });
    });
    await traced.run(() => {
      const stream = connect(server.origin).request({ ':method': 'POST' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc' }));
      return finish(stream, 'body');
    });
    await traced.settled();
    expect(traced.only.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that a server needs no more of fails, and the round trip does not', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', (stream) => {
      stream.respond({ ':status': 413 });
      stream.end('no');
      stream.close();
    });
    const body = await traced.run(async () => {
      const stream = connect(server.origin).request({ ':method': 'POST' });
      stream.write('some');
      return read(stream);
    });
    await traced.settled();
    expect(body).toBe('no');
    expect(traced.only.the('wroteRequest').args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('that its program breaks off fails with its error', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', (stream) => stream.resume());
    const mine = new Error('cannot go on');
    await traced.run(async () => {
      const stream = connect(server.origin).request({ ':method': 'POST' });
      stream.write('some');
      await once(stream, 'ready');
      stream.destroy(mine);
      expect(await errorOf(stream)).toBe(mine);
    });
    await traced.settled();
    expect(traced.only.the('wroteRequest').args).toEqual([{ err: mine }]);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: mine }]);
  });
});

describe('a stream that the server pushes', () => {
  it('is no round trip', async () => {
    const traced = recordings();
    const server = await http2Server('h2c', (stream) => {
      stream.pushStream({ ':path': '/pushed' }, (_err, pushed) => {
        pushed.respond();
        pushed.end('pushed');
      });
      stream.respond();
      stream.end('ok');
    });
    const session = connect(server.origin);
    const pushed: string[] = [];
    await traced.run(async () => {
      const read1 = once(session, 'stream').then(async ([stream]) => {
        pushed.push(await read(stream as ReturnType<typeof session.request>)); // node:http2's documentation
      });
      await Promise.all([request(session), read1]);
    });
    await traced.settled();
    expect(pushed).toEqual(['pushed']);
    expect(traced.roundTrips).toHaveLength(1);
  });
});
