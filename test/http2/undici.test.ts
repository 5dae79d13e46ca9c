import { Agent, fetch, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Context } from '../../src/index.ts';
import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';
import { NEW, conn } from '../http/conn.ts';
import { http2Server } from './exchange.ts';

/** A dispatcher that speaks HTTP/2, destroyed when the test has finished. */
function http2Agent(): Agent {
  const agent = new Agent({ allowH2: true, connections: 1, connect: { ca: certs().ca } });
  onTestFinished(() => agent.destroy());
  return agent;
}

describe('undici over HTTP/2, which uses node:http2', () => {
  it.each(['request', 'fetch'])(
    'is one client: %s tells of one round trip, and that is its own',
    async (api) => {
      const traced = recordings();
      const server = await http2Server('h2');
      const dispatcher = http2Agent();
      const text = await traced.run(async () => {
        if (api === 'fetch') return (await fetch(server.origin, { dispatcher })).text();
        return (await request(server.origin, { dispatcher })).body.text();
      });
      const [recorder] = await traced.settled();
      expect(text).toBe('ok');
      expect(traced.roundTrips).toHaveLength(1);
      expect(recorder!.info.client).toBe(api === 'fetch' ? 'fetch' : 'undici');
      expect(recorder!.all('wroteHeaderField').map(({ args }) => args[0])).toEqual(
        expect.arrayContaining([':authority', ':method', ':path', ':scheme']),
      );
      expect(recorder!.the('gotResponse').args[0].httpVersion).toBe('2');
      expect(conn(recorder!)).toEqual(NEW);
      expect(recorder!.has('tlsHandshakeDone')).toBe(true);
      expect(recorder!.has('putIdleConn')).toBe(false);
    },
  );

  it('has a session that watched and unwatched requests share', async () => {
    const traced = recordings();
    const server = await http2Server('h2');
    const dispatcher = http2Agent();
    const one = async (): Promise<string> => (await request(server.origin, { dispatcher })).body.text();
    await traced.run(one);
    // In the context in which the session was opened, what is untraced stays so.
    await traced.run(() => Context.untraced.run(one));
    await traced.run(one);
    const [first, second] = await traced.settled();
    expect(traced.roundTrips).toHaveLength(2);
    expect(conn(first!)).toEqual(NEW);
    expect(conn(second!)).toMatchObject({ reused: true, wasIdle: true, idleTime: undefined });
  });

  it('whose request is reset ends its round trip with the error of the stream', async () => {
    const traced = recordings();
    const server = await http2Server('h2', (stream) => stream.close(2));
    const dispatcher = http2Agent();
    await expect(traced.run(() => request(server.origin, { dispatcher }))).rejects.toThrow();
    await traced.settled();
    expect(traced.only.the('roundTripDone').args[0].err).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
  });
});
