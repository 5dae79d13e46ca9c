import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { SCHEMES, connect, http2Server, request } from './exchange.ts';

const EXCHANGE = [
  'gotConn',
  'wroteHeaderField',
  'wroteHeaderField',
  'wroteHeaderField',
  'wroteHeaderField',
  'wroteHeaders',
  'wroteRequest',
  'gotFirstResponseByte',
  'gotResponse',
  'gotLastResponseByte',
  'roundTripDone',
];

describe.each(SCHEMES)('a request by node:http2 over %s', (scheme) => {
  const tls = scheme === 'h2' ? ['tlsHandshakeStart', 'tlsHandshakeDone'] : [];

  it('that its session is dialled for tells of the dial and of the whole exchange', async () => {
    const traced = recordings();
    const server = await http2Server(scheme);
    const { body } = await traced.run(() => request(connect(server.origin)));
    const [recorder] = await traced.settled();
    expect(body).toBe('ok');
    expect(recorder!.names).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      ...tls,
      ...EXCHANGE,
    ]);
    expect(recorder!.the('getConn').args).toEqual([server.authority]);
    expect(recorder!.the('connectStart').args).toEqual(['tcp', server.authority]);
    expect(recorder!.the('gotConn').args[0]).toMatchObject({ reused: false, wasIdle: false, idleTime: 0 });
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('on a connection that was there tells of the exchange alone', async () => {
    const traced = recordings();
    const server = await http2Server(scheme);
    const session = connect(server.origin);
    await once(session, 'connect');
    await traced.run(() => request(session));
    const [recorder] = await traced.settled();
    expect(recorder!.names).toEqual(['roundTripStart', 'getConn', ...EXCHANGE]);
    expect(recorder!.the('gotConn').args[0]).toMatchObject({ reused: false, wasIdle: false, idleTime: 0 });
  });
});
