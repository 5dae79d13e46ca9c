import { describe, expect, it } from 'vitest';
import type http2 from 'node:http2';

import { recordings, type Recordings } from '../helpers/recordings.ts';
import { connect, http2Server, request, type Http2Server } from './exchange.ts';

/** The fields as the server got them, in order. */
async function wire(
  traced: Recordings,
  headers: http2.OutgoingHttpHeaders,
): Promise<{ readonly sent: string[]; readonly told: string[]; readonly server: Http2Server }> {
  let raw: string[] = [];
  const server = await http2Server('h2c', (stream, _headers, _flags, rawHeaders) => {
    raw = rawHeaders;
    stream.respond();
    stream.end();
  });
  await traced.run(() => request(connect(server.origin), headers));
  const [recorder] = await traced.settled();
  const sent: string[] = [];
  for (let i = 0; i < raw.length; i += 2) sent.push(`${raw[i]}: ${raw[i + 1]}`);
  const told = recorder!
    .all('wroteHeaderField')
    .flatMap(({ args: [name, values] }) => values.map((value) => `${name}: ${value}`));
  return { sent, told, server };
}

describe('wroteHeaderField of node:http2', () => {
  it('tells the fields as they are on the wire: pseudo header fields first, names in lower case', async () => {
    const { sent, told, server } = await wire(recordings(), {
      'X-Upper': 'A',
      'x-list': ['1', '2'],
      cookie: ['a=1', 'b=2'],
      ':path': '/some?query',
      'x-number': 3,
      'x-nothing': undefined,
    });
    expect(told).toEqual(sent);
    expect(told).toEqual([
      ':path: /some?query',
      ':method: GET',
      `:authority: ${server.authority}`,
      ':scheme: http',
      'x-upper: A',
      'x-list: 1',
      'x-list: 2',
      'cookie: a=1',
      'cookie: b=2',
      'x-number: 3',
    ]);
  });
});

describe('the round trip of a request by node:http2', () => {
  it.each([
    ['example.com', 'example.com:80', 'http://example.com/p?q'],
    ['example.com:80', 'example.com:80', 'http://example.com/p?q'],
    ['example.com:8080', 'example.com:8080', 'http://example.com:8080/p?q'],
    ['[::1]', '[::1]:80', 'http://[::1]/p?q'],
    ['[::1]:8080', '[::1]:8080', 'http://[::1]:8080/p?q'],
    ['::1:8080', '[::1]:8080', 'http://[::1]:8080/p?q'],
  ])('to the authority %s goes to %s', async (authority, hostPort, url) => {
    const traced = recordings();
    await wire(traced, { ':authority': authority, ':path': '/p?q' });
    expect(traced.only.the('getConn').args).toEqual([hostPort]);
    expect(traced.only.info).toMatchObject({
      client: 'http2',
      clientVersion: process.version,
      method: 'GET',
      url,
      callKnown: false,
    });
  });

  it('with a host field in place of an authority goes there', async () => {
    const traced = recordings();
    await wire(traced, { ':path': '/', host: 'example.com' });
    expect(traced.only.the('getConn').args).toEqual(['example.com:80']);
    expect(traced.only.info.url).toBe('http://example.com/');
  });
});
