import type { ClientRequest, RequestOptions } from 'node:http';
import { describe, expect, it } from 'vitest';

import { type ClientTrace, runWithClientTrace } from '../../src/index.ts';
import type { EventRecorder } from '../helpers/event-recorder.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { finish, httpAgent, open } from './exchange.ts';

/** The lines of a head that the hooks told. */
function toldLines(recorder: EventRecorder): string[] {
  return recorder
    .all('wroteHeaderField')
    .flatMap(({ args: [key, values] }) => values.map((value) => `${key}: ${value}`));
}

interface Case {
  readonly title: string;
  readonly options?: RequestOptions;
  readonly prepare?: (request: ClientRequest) => void;
  readonly body?: string;
}

const CASES: Case[] = [
  { title: 'of a request without any' },
  { title: 'given as an object', options: { headers: { 'X-One': '1', 'x-two': '2', ACCEPT: '*/*' } } },
  {
    title: 'with several values',
    options: { headers: { 'X-Many': ['a', 'b', 'c'], Cookie: ['d=1', 'e=2'] } },
  },
  {
    title: 'given as a flat array',
    options: { headers: ['Host', 'h', 'A', '1', 'B', '2', 'A', '3', 'A', '4'] },
  },
  {
    title: 'given as pairs',
    // Node accepts pairs too; its types know flat arrays only.
    options: {
      headers: [
        ['Host', 'h'],
        ['A', '1'],
        ['a', '2'],
      ] as unknown as readonly string[],
    },
  },
  {
    title: 'set one by one',
    prepare: (request) => request.setHeader('X-Set', 'late').removeHeader('Host'),
  },
  {
    title: 'appended',
    prepare: (request) => void request.appendHeader('X-More', '1').appendHeader('X-More', '2'),
  },
  { title: 'flushed before the end', prepare: (request) => request.flushHeaders() },
  { title: 'of a body with a length', options: { method: 'POST' }, body: 'body' },
  {
    title: 'of a chunked body',
    options: { method: 'POST' },
    prepare: (request) => void request.write('chunk'),
  },
  {
    title: 'with trailers',
    options: { method: 'PUT', headers: { Trailer: 'X-End' } },
    prepare: (request) => request.addTrailers({ 'X-End': '1' }),
  },
  { title: 'with credentials in the url', options: { auth: 'user:password' } },
  { title: 'without Host', options: { setHost: false } },
  { title: 'with an own Host', options: { headers: { host: 'other.test' } } },
  { title: 'that may not repeat', options: { headers: { 'X-U': ['a', 'b'] }, uniqueHeaders: ['x-u'] } },
  { title: 'with an empty value', options: { headers: { 'X-Empty': '' } } },
  {
    title: 'with Latin-1 and colons in values',
    options: { headers: { 'X-L': 'caf\u00e9: \u00ff', 'X-C': 'a:b' } },
  },
  {
    title: 'that are many',
    options: { headers: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`X-${i}`, `${i}`])) },
  },
  { title: 'of a connection that will close', options: { agent: false } },
];

describe('wroteHeaderField tells fields', () => {
  it.each(CASES)('$title exactly as they are on the wire', async ({ options = {}, prepare, body }) => {
    const traced = recordings();
    let head = '';
    const server = await scriptedServer(async (peer) => {
      head = await peer.head();
      peer.respond('ok', 'HTTP/1.1 200 OK\r\nConnection: close');
      peer.close();
    });
    await traced.run(async () => {
      const request = open(server.origin, { agent: httpAgent(), ...options });
      prepare?.(request);
      await finish(request, body);
    });
    const [recorder] = await traced.settled();
    const [, ...lines] = head.split('\r\n').slice(0, -2);
    expect(toldLines(recorder!)).toEqual(lines);
    expect(recorder!.names.lastIndexOf('wroteHeaderField')).toBeLessThan(
      recorder!.names.indexOf('wroteHeaders'),
    );
  });

  it('of one name in one call when they are neighbours, and else in several', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond();
    });
    const headers = ['Host', 'h', 'A', '1', 'A', '2', 'B', '3', 'A', '4'];
    await traced.run(() => finish(open(server.origin, { agent: httpAgent(), headers })));
    const [recorder] = await traced.settled();
    expect(
      recorder!
        .all('wroteHeaderField')
        .map(({ args }) => args)
        .slice(0, 4),
    ).toEqual([
      ['Host', ['h']],
      ['A', ['1', '2']],
      ['B', ['3']],
      ['A', ['4']],
    ]);
  });

  it('of each request on a kept connection, with the fields of the last one, with others, and with one more', async () => {
    const traced = recordings();
    const heads: string[] = [];
    const server = await scriptedServer(async (peer) => {
      for (;;) {
        const head = await peer.head();
        heads.push(head);
        peer.respond('ok');
      }
    });
    const agent = httpAgent();
    const all = [{ a: '1' }, { a: '1' }, { a: '2' }, { a: '2', b: '3' }, { a: '1' }];
    for (const [i, headers] of all.entries()) {
      await traced.run(() => finish(open(`${server.origin}/${i}`, { agent, headers })));
    }
    const recorders = await traced.settled();
    expect(server.peers).toHaveLength(1);
    expect(recorders.map(toldLines)).toEqual(heads.map((head) => head.split('\r\n').slice(1, -2)));
  });

  it('as they are, whatever a hook tried to do to the values of the request before', async () => {
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    const told: string[] = [];
    const trace: ClientTrace = {
      wroteHeaderField(key, values) {
        if (key === 'a') told.push(values.join());
        // Readonly by their type, which plain JavaScript does not know.
        Reflect.set(values, 'length', 0);
        Reflect.set(values, 0, 'changed');
      },
    };
    for (let i = 0; i < 2; i++)
      await runWithClientTrace(trace, () => finish(open(server.origin, { agent, headers: { a: '1' } })));
    expect(server.peers).toHaveLength(1);
    expect(told).toEqual(['1', '1']);
  });
});
