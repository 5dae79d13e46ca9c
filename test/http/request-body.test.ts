import { describe, expect, it } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, open, read, responseOf } from './exchange.ts';

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
