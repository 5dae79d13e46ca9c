import { once } from 'node:events';
import type http from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';

import { UNDICIS } from '../behaviours/drivers/table.ts';
import type { Undici } from '../behaviours/drivers/undici.ts';
import { appServer } from '../helpers/app-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';

const MODES: readonly WatchMode[] = ['context', 'observe'];
const TABLE = UNDICIS.flatMap((copy) => MODES.map((mode) => ({ ...copy, mode })));

/** A source of events, closed with its connections when the test has finished. */
function eventSource({ Agent, EventSource }: Undici, url: string): EventTarget & { close(): void } {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  // Undici 6 and 7 look for it in different places.
  const source = new EventSource(url, { dispatcher, node: { dispatcher } });
  onTestFinished(() => source.close());
  return source;
}

describe.each(TABLE)('EventSource of undici $major, watched by $mode', ({ module, mode, version }) => {
  it('is a round trip of fetch that lasts as long as its response', async () => {
    const traced = recordings();
    const responses: http.ServerResponse[] = [];
    const server = await appServer((_request, response) => {
      responses.push(response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
    });
    const source = await traced.watch(mode, async () => {
      const made = eventSource(module, `${server.origin}/events`);
      await once(made, 'message');
      return made;
    });
    expect(traced.only.info).toMatchObject({
      client: 'fetch',
      clientVersion: version,
      url: `${server.origin}/events`,
    });
    const later = once(source, 'message');
    responses[0]!.write('data: second\n\n');
    await later;
    expect(traced.only.names.slice(-2)).toEqual(['gotFirstResponseByte', 'gotResponse']);
    expect(traced.only.the('gotResponse').args[0].header['content-type']).toEqual(['text/event-stream']);
    source.close();
    const [recorder] = await traced.settled();
    expect(recorder!.has('gotLastResponseByte')).toBe(false);
    expect(recorder!.has('putIdleConn')).toBe(false);
    expect(recorder!.the('roundTripDone').args[0].err).toBeInstanceOf(Error);
  });

  it('connects again by another round trip, on the connection that it has', async () => {
    const traced = recordings();
    const lastIds: unknown[] = [];
    const server = await appServer((request, response) => {
      lastIds.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`retry: 1\nid: ${lastIds.length}\ndata: once\n\n`);
    });
    await traced.watch(mode, async () => {
      const source = eventSource(module, server.origin);
      await once(source, 'message');
      await once(source, 'message');
      source.close();
    });
    const [first, second] = await traced.settled();
    expect(lastIds.slice(0, 2)).toEqual([undefined, '1']);
    expect(first!.has('gotLastResponseByte')).toBe(true);
    expect(first!.the('roundTripDone').args).toEqual([{ err: null }]);
    expect(second!.the('gotConn').args[0]).toMatchObject({ reused: true, wasIdle: true });
    expect(second!.info.callId).not.toBe(first!.info.callId);
  });
});
