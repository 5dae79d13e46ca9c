import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { runWithClientTrace, type HeaderMap } from '../../src/index.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, get, httpAgent, open, read, responseOf } from './exchange.ts';

const EXPECT = { method: 'POST', headers: { expect: '100-continue', 'content-length': '4' } };

describe.each(['http', 'https'])('a request by %s that expects a 100', (scheme) => {
  const secure = scheme === 'https';

  it('waits for it and then sends its body', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.send('HTTP/1.1 100 Continue\r\nX-Hint: go\r\n\r\n');
        await peer.bytes(4);
        peer.respond();
      },
      { tls: secure },
    );
    await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), ...EXPECT });
      request.flushHeaders();
      await once(request, 'continue');
      await finish(request, 'body');
    });
    const [recorder] = await traced.settled();
    const { names } = recorder!;
    expect(names.slice(names.indexOf('wroteHeaders'))).toEqual([
      'wroteHeaders',
      'wait100Continue',
      'gotFirstResponseByte',
      'got100Continue',
      'got1xxResponse',
      'wroteRequest',
      'gotResponse',
      'gotLastResponseByte',
      'putIdleConn',
      'roundTripDone',
    ]);
    expect(recorder!.the('got1xxResponse').args[0]).toBe(100);
    expect({ ...recorder!.the('got1xxResponse').args[1] }).toEqual({ 'x-hint': ['go'] });
  });

  it('is told so when the server answers without one', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        await peer.bytes(4);
        peer.respond();
      },
      { tls: secure },
    );
    await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), ...EXPECT });
      request.flushHeaders();
      await traced.only.when('wait100Continue');
      await finish(request, 'body');
    });
    const [recorder] = await traced.settled();
    expect(recorder!.has('wait100Continue')).toBe(true);
    expect(recorder!.has('got100Continue')).toBe(false);
    expect(recorder!.has('got1xxResponse')).toBe(false);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('may be refused', async () => {
    const traced = recordings();
    const server = await scriptedServer(
      async (peer) => {
        await peer.head();
        peer.respond('no', 'HTTP/1.1 417 Expectation Failed\r\nConnection: close');
        peer.close();
      },
      { tls: secure },
    );
    const status = await traced.run(async () => {
      const request = open(server.origin, { agent: agentFor(server.origin), ...EXPECT });
      request.flushHeaders();
      const response = await responseOf(request);
      await read(response);
      request.destroy();
      return response.statusCode;
    });
    const [recorder] = await traced.settled();
    expect(status).toBe(417);
    expect(recorder!.the('gotResponse').args[0]).toMatchObject({
      status: 417,
      statusText: 'Expectation Failed',
    });
    expect(recorder!.has('got100Continue')).toBe(false);
    expect(recorder!.the('wroteRequest').args[0].err).not.toBeNull();
    expect(recorder!.has('putIdleConn')).toBe(false);
  });
});

/** Sends `heads` in one piece, then a final response; with `together` all in one packet. */
function informing(heads: readonly string[], together: boolean): (peer: Peer) => Promise<void> {
  return async (peer) => {
    await peer.head();
    const first = heads.map((head) => `HTTP/1.1 ${head}\r\n\r\n`).join('');
    const final = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    if (together) peer.send(first + final);
    else {
      peer.send(first);
      peer.send(final);
    }
  };
}

describe('an informational response', () => {
  it('100 that comes twice is told once as the one awaited', async () => {
    const traced = recordings();
    const server = await scriptedServer(informing(['100 Continue', '100 Continue'], false));
    await traced.run(() => finish(open(server.origin, { agent: httpAgent(), ...EXPECT }), 'body'));
    const [recorder] = await traced.settled();
    expect(recorder!.all('got100Continue')).toHaveLength(1);
    expect(recorder!.all('got1xxResponse')).toHaveLength(2);
  });

  it.each([true, false])('of each kind is told with its own fields (in one packet: %s)', async (together) => {
    const traced = recordings();
    const heads = [
      '102 Processing',
      '103 Early Hints\r\nLink: </a.css>\r\nLink: </b.css>\r\nX-A: 1',
      '110 Unknown',
      '199 ',
    ];
    const server = await scriptedServer(informing(heads, together));
    const { body } = await traced.run(() => get(server.origin, { agent: httpAgent() }));
    const [recorder] = await traced.settled();
    expect(body).toBe('ok');
    const told = recorder!
      .all('got1xxResponse')
      .map(({ args: [code, header] }): [number, HeaderMap] => [code, { ...header }]);
    expect(told).toEqual([
      [102, {}],
      [103, { link: ['</a.css>', '</b.css>'], 'x-a': ['1'] }],
      [110, {}],
      [199, {}],
    ]);
    expect(Object.getPrototypeOf(recorder!.all('got1xxResponse')[1]!.args[1])).toBeNull();
    expect(recorder!.all('gotFirstResponseByte')).toHaveLength(1);
    expect(recorder!.the('gotResponse').args[0].status).toBe(200);
  });
});

describe('an Error that got1xxResponse returns', () => {
  it.each([true, false])(
    'ends the request with that very error (final response in the same packet: %s)',
    async (together) => {
      const traced = recordings();
      const server = await scriptedServer(informing(['103 Early Hints'], together));
      const refusal = new Error('not with these hints');
      let responses = 0;
      const err = await traced.run(() =>
        runWithClientTrace({ got1xxResponse: () => refusal }, () => {
          const request = open(server.origin, { agent: httpAgent() });
          request.on('response', () => responses++);
          return errorOf(request.end());
        }),
      );
      const [recorder] = await traced.settled();
      expect(err).toBe(refusal);
      expect(responses).toBe(0);
      expect(recorder!.has('gotResponse')).toBe(false);
      expect(recorder!.has('putIdleConn')).toBe(false);
      expect(recorder!.the('roundTripDone').args[0].err).toBe(refusal);
    },
  );

  it('does not count when it is only told to be one', async () => {
    const traced = recordings();
    const server = await scriptedServer(informing(['103 Early Hints'], true));
    const { body } = await traced.run(() =>
      runWithClientTrace({ got1xxResponse: () => ({ message: 'no Error' }) as Error }, () =>
        get(server.origin, { agent: httpAgent() }),
      ),
    );
    expect(body).toBe('ok');
  });
});
