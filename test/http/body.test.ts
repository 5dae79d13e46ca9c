import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, get, httpAgent, open, read, responseOf } from './exchange.ts';

const MEGABYTE = 1024 * 1024;

/** A promise and the function that resolves it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let release!: () => void;
  const opened = new Promise<void>((resolve) => (release = resolve));
  return { opened, open: release };
}

describe.each(['http', 'https'])('a request body by %s', (scheme) => {
  const secure = scheme === 'https';

  it('that is streamed has its head written with the first chunk', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        await peer.bytes('3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n'.length);
        peer.respond();
      },
      { tls: secure },
    );
    await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), method: 'POST' });
      const recorder = await traced.at(0);
      await recorder.when('gotConn');
      expect(recorder.has('wroteHeaders')).toBe(false);
      request.write('one');
      await recorder.when('wroteHeaders');
      expect(recorder.has('wroteRequest')).toBe(false);
      request.write('two');
      await finish(request);
    });
    const recorder = traced.only;
    await traced.settled();
    expect(recorder.the('wroteHeaders').time).toBeGreaterThan(recorder.the('gotConn').time);
    expect(recorder.the('wroteRequest').time).toBeGreaterThan(recorder.the('wroteHeaders').time);
    expect(recorder.all('wroteHeaderField').map(({ args }) => args[0])).toContain('Transfer-Encoding');
  });

  it('leaves no trace on the socket when its head was written late', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        await peer.bytes('1\r\nx\r\n0\r\n\r\n'.length);
        peer.respond();
      },
      { tls: secure },
    );
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin), method: 'POST' }));
    await traced.only.when('gotConn');
    request.write('x');
    await traced.only.when('wroteHeaders');
    expect(Object.hasOwn(request.socket!, 'write')).toBe(false);
    await finish(request);
  });

  it('that is large has its head told long before its end', async () => {
    const traced = recordings();
    const resume = gate();
    const size = 32 * MEGABYTE;
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.socket.pause();
        await resume.opened;
        // Counted and thrown away: the peer keeps what it gets.
        let left = size - (peer.received.length - peer.received.indexOf('\r\n\r\n') - 4);
        peer.socket.removeAllListeners('data');
        peer.socket.on('data', (chunk: Buffer) => {
          left -= chunk.length;
          if (left === 0) peer.respond();
        });
        peer.socket.resume();
      },
      { tls: secure },
    );
    const exchange = traced.run(() =>
      finish(open(server.origin, { agent: agentFor(server.origin), method: 'POST' }), Buffer.alloc(size)),
    );
    await traced.only.when('wroteHeaders');
    await server.peer(0);
    expect(traced.only.has('wroteRequest')).toBe(false);
    resume.open();
    await exchange;
    await traced.settled();
    expect(traced.only.the('wroteRequest').args).toEqual([{ err: null }]);
  });

  it('that comes from a pipe is told whole', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        await peer.bytes(300_000);
        peer.respond();
      },
      { tls: secure },
    );
    const headers = { 'content-length': '300000' };
    await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), method: 'PUT', headers });
      const response = responseOf(request);
      await pipeline(
        Readable.from([Buffer.alloc(100_000), Buffer.alloc(100_000), Buffer.alloc(100_000)]),
        request,
      );
      await read(await response);
    });
    await traced.settled();
    expect(traced.only.the('wroteRequest').args).toEqual([{ err: null }]);
  });

  it('may still be on its way when the answer comes', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.respond('too much', 'HTTP/1.1 413 Content Too Large\r\nConnection: close');
      },
      { tls: secure },
    );
    await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), method: 'POST' });
      request.on('error', () => {});
      request.write('some');
      expect(await read(await responseOf(request))).toBe('too much');
      request.destroy();
    });
    const [recorder] = await traced.settled();
    const { names } = recorder!;
    expect(names.indexOf('gotLastResponseByte')).toBeLessThan(names.indexOf('wroteRequest'));
    expect(recorder!.the('wroteRequest').args[0].err).toBeInstanceOf(Error);
    expect(recorder!.has('putIdleConn')).toBe(false);
  });

  it('that breaks off has the error', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.reset();
      },
      { tls: secure },
    );
    const err = await traced.run(() => {
      const request = open(server.origin, { agent: agentFor(server.origin), method: 'POST' });
      request.write('some');
      return errorOf(request);
    });
    const [recorder] = await traced.settled();
    expect(recorder!.the('wroteHeaders').name).toBe('wroteHeaders');
    expect(recorder!.the('wroteRequest').args).toEqual([{ err }]);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
  });
});

/** Sends `text` as it is to the first request; then ends the connection when `ends`. */
function sending(text: string, ends = false): (peer: Peer) => Promise<void> {
  return async (peer) => {
    await peer.head();
    peer.send(text);
    if (ends) peer.close();
    await peer.end();
    peer.close();
  };
}

describe.each(['http', 'https'])('a response by %s', (scheme) => {
  const tls = { tls: scheme === 'https' };

  it.each([
    { title: 'to HEAD', method: 'HEAD', text: 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n' },
    { title: '204', method: 'GET', text: 'HTTP/1.1 204 No Content\r\n\r\n' },
    { title: '304', method: 'GET', text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n' },
    { title: 'of no length', method: 'GET', text: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
  ])('$title ends with its head', async ({ method, text }) => {
    const traced = recordings();
    const server = await scriptedServer(sending(text), tls);
    await traced.run(() => finish(open(server.origin, { agent: agentFor(server.origin), method })));
    const [recorder] = await traced.settled();
    expect(recorder!.the('gotLastResponseByte').time).toBe(recorder!.the('gotFirstResponseByte').time);
    expect(recorder!.the('putIdleConn').args).toEqual([null]);
  });

  it('in chunks with trailers ends with them', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
      await traced.only.when('gotResponse');
      peer.send('0\r\nX-Sum: 1\r\n\r\n');
    }, tls);
    const { response } = await traced.run(() => get(server.origin, { agent: agentFor(server.origin) }));
    const [recorder] = await traced.settled();
    expect(response.trailers).toEqual({ 'x-sum': '1' });
    expect(recorder!.the('gotLastResponseByte').time).toBeGreaterThan(recorder!.the('gotResponse').time);
  });

  it('that comes byte by byte has one first byte and one last', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.socket.setNoDelay(true);
      for (const byte of 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc') {
        await new Promise((resolve) => peer.socket.write(byte, resolve));
      }
    }, tls);
    const { body } = await traced.run(() => get(server.origin, { agent: agentFor(server.origin) }));
    await traced.settled();
    expect(body).toBe('abc');
  });

  it('that is large is told by its first and its last byte', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond('x'.repeat(3 * MEGABYTE));
    }, tls);
    const { body } = await traced.run(() => get(server.origin, { agent: agentFor(server.origin) }));
    const [recorder] = await traced.settled();
    expect(body).toHaveLength(3 * MEGABYTE);
    expect(recorder!.the('gotLastResponseByte').time).toBeGreaterThan(
      recorder!.the('gotFirstResponseByte').time,
    );
  });

  it('that nobody listens for is told whole, and its connection kept', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), tls);
    traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    const [recorder] = await traced.settled();
    expect(recorder!.the('putIdleConn').args).toEqual([null]);
  });

  it('that is never read is told to its last byte, and over when its connection is', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), tls);
    const agent = agentFor(server.origin);
    const request = traced.run(() => open(server.origin, { agent }).end());
    await responseOf(request);
    await traced.only.when('gotLastResponseByte');
    expect(traced.only.has('roundTripDone')).toBe(false);
    server.peers[0]!.close();
    await traced.settled();
    expect(traced.only.has('putIdleConn')).toBe(false);
    expect(traced.only.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('whose large body is never read is over when the program drops it', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond('x'.repeat(MEGABYTE));
    }, tls);
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    const response = await responseOf(request);
    await once(response, 'readable');
    expect(traced.only.has('gotLastResponseByte')).toBe(false);
    response.destroy();
    await traced.settled();
    expect(traced.only.has('gotLastResponseByte')).toBe(false);
    expect(traced.only.has('putIdleConn')).toBe(false);
    expect(traced.only.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
  });

  it('that is cut off in its body has the error', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok', true), tls);
    const err = await traced.run(async () => {
      const response = await responseOf(open(server.origin, { agent: agentFor(server.origin) }).end());
      return read(response).catch((error: unknown) => error);
    });
    const [recorder] = await traced.settled();
    expect(err).toMatchObject({ code: 'ECONNRESET', message: 'aborted' });
    expect(recorder!.has('gotLastResponseByte')).toBe(false);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(err);
  });

  it('that is cut off in its head has the error', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Le', true), tls);
    const err = await traced.run(() =>
      errorOf(open(server.origin, { agent: agentFor(server.origin) }).end()),
    );
    const [recorder] = await traced.settled();
    expect(err).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
    expect(recorder!.has('gotFirstResponseByte')).toBe(true);
    expect(recorder!.has('gotResponse')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('that never comes has the error', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('', true), tls);
    const err = await traced.run(() =>
      errorOf(open(server.origin, { agent: agentFor(server.origin) }).end()),
    );
    const [recorder] = await traced.settled();
    expect(err).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
    expect(recorder!.has('gotFirstResponseByte')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('that is not HTTP has the parse error', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('SSH-2.0-OpenSSH_9.7\r\n'), tls);
    const err = await traced.run(() =>
      errorOf(open(server.origin, { agent: agentFor(server.origin) }).end()),
    );
    const [recorder] = await traced.settled();
    expect(err.code).toMatch(/^HPE_/);
    expect(recorder!.has('gotFirstResponseByte')).toBe(true);
    expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('that is broken in its chunks has the parse error', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      sending('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
      tls,
    );
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    request.on('response', (response) => response.on('error', () => {}).resume());
    const err = await errorOf(request);
    const [recorder] = await traced.settled();
    expect(err.code).toBe('HPE_INVALID_CHUNK_SIZE');
    expect(recorder!.has('gotResponse')).toBe(true);
    expect(recorder!.has('gotLastResponseByte')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err }]);
  });

  it('that was read whole is not spoilt by bytes that follow it', async () => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokMORE'), tls);
    const request = traced.run(() => open(server.origin, { agent: agentFor(server.origin) }).end());
    const failed = new Promise((resolve) => request.once('error', resolve));
    const response = await responseOf(request);
    const body = await read(response);
    expect(body).toBe('ok');
    await Promise.race([failed, once(request, 'close')]);
    await traced.settled();
    expect(traced.only.has('gotLastResponseByte')).toBe(true);
  });
});

describe('a response that is destroyed early', () => {
  it.each([undefined, new Error('enough')])('with %s ends the round trip', async (reason) => {
    const traced = recordings();
    const server = await scriptedServer(sending('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'));
    await traced.run(async () => {
      const request = open(server.origin, { agent: httpAgent() }).end();
      request.on('error', () => {});
      const response = await responseOf(request);
      response.on('error', () => {});
      response.destroy(reason);
    });
    const [recorder] = await traced.settled();
    const { err } = recorder!.the('roundTripDone').args[0];
    if (reason === undefined) expect(err).toMatchObject({ code: 'ERR_HTTPTRACE_CUT_OFF' });
    else expect(err).toBe(reason);
    expect(recorder!.has('putIdleConn')).toBe(false);
  });
});
