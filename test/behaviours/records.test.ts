import { expect, it } from 'vitest';

import { record, type RoundTripRecord } from '../../src/index.ts';
import { expectValid } from '../record/valid.ts';
import { targets } from './drivers/table.ts';
import { answering, echoing, type Handler, type Served } from './origin.ts';
import { atRest, behaviour, CLOSED_PORT, failure, lookupOf, scene } from './scene.ts';

/** Names of the phases, in order. */
function phases({ phases }: RoundTripRecord): string[] {
  return phases.map(({ name }) => name);
}

async function rich(served: Served): Promise<void> {
  await served.text();
  served.begin('ok', { 'server-timing': 'db;dur=2.5', 'x-a': '1' });
  served.end('');
}

behaviour('a record', targets(), (target) => {
  const { driver, secure } = target;

  it('is by the schema, and its phases add up', async () => {
    const { server, send } = await scene(target, echoing);
    const { records } = await record(() => send({ url: `${server.url}/a?b=c`, body: 'four' }));
    expect(records).toHaveLength(1);
    const one = expectValid(records[0]!);
    expect(one.client).toEqual({ name: driver.client, version: driver.clientVersion });
    expect(one.outcome).toBe('ok');
    expect(one.request).toMatchObject({ method: 'POST', httpVersion: driver.http });
    expect(one.request.header.length).toBeGreaterThan(0);
    expect(one.response).toMatchObject({ status: 200, bodyBytes: 4 });
    expect(one.connection).toMatchObject({
      reused: false,
      wasIdle: false,
      served: 0,
      protocol: driver.http === '2' ? 'h2' : 'http/1.1',
      transport: 'tcp',
    });
    expect(one.connection!.tls !== undefined).toBe(secure);
    expect(phases(one)).toContain('connect');
    expect(phases(one)).toContain('wait');
    expect(phases(one).includes('tls')).toBe(secure);
  });

  it('of an answer has its fields and what it took on the wire', async () => {
    const { server, send } = await scene(target, rich);
    const { records } = await record(() => send({ url: `${server.url}/` }));
    const one = expectValid(records[0]!);
    expect(one.response!.header).toContainEqual(['x-a', '1']);
    expect(one.response!.serverTiming).toEqual([{ name: 'db', duration: 2.5 }]);
    expect(one.response!.bodyBytes).toBe(2);
    if (driver.http === '1.1') {
      expect(one.request.wireBytes).toBeGreaterThan(20);
      expect(one.response!.wireBytes).toBeGreaterThan(20);
    }
  });
});

behaviour('records of one connection', targets(['keeps']), (target) => {
  it('tell who opened it and how many it has served', async () => {
    const { server, send } = await scene(target, answering);
    const { records } = await record(async () => {
      for (const path of ['/1', '/2', '/3']) {
        await send({ url: server.url + path });
        await atRest();
      }
    });
    const [first, ...later] = records.map(expectValid);
    expect(records).toHaveLength(3);
    expect([first, ...later].map((one) => one!.connection!.id)).toEqual(Array(3).fill(first!.connection!.id));
    expect([first, ...later].map((one) => one!.connection!.served)).toEqual([0, 1, 2]);
    for (const one of later) {
      expect(one.connection).toMatchObject({ openedBy: first!.id, reused: true, wasIdle: true });
      expect(phases(one)).not.toContain('connect');
    }
  });
});

behaviour('a record of a dial', targets(['lookup']), (target) => {
  it('has the name, its addresses and the attempts', async () => {
    const { server, send } = await scene(target, answering, { lookup: lookupOf('127.0.0.2', '127.0.0.1') });
    const { records } = await record(() => send({ url: `${target.scheme}://example.test:${server.port}/` }));
    const one = expectValid(records[0]!);
    expect(one.dial).toMatchObject({
      used: true,
      host: 'example.test',
      addresses: ['127.0.0.2', '127.0.0.1'],
    });
    expect(one.dial!.attempts.map(({ error }) => error?.code)).toEqual(['ECONNREFUSED', undefined]);
    expect(phases(one)).toContain('dns');
  });
});

behaviour('a record of a failure', targets(['direct'], { without: ['retries'] }), (target) => {
  it('has the error and the phase in which it happened', async () => {
    const { send } = await scene(target, answering);
    const url = `${target.scheme}://127.0.0.1:${CLOSED_PORT}/`;
    const { records } = await record(() => failure(send({ url })));
    const one = expectValid(records[0]!);
    expect(one.outcome).toBe('error');
    expect(one.error!.phase).toBe('connect');
    // node:http2 fails the stream, and says why as the cause.
    expect([one.error!.code, one.error!.cause?.code]).toContain('ECONNREFUSED');
    expect(one.response).toBeUndefined();
  });

  it.each<{ title: string; handler: Handler; phase: string }>([
    { title: 'before the response', handler: (served) => served.breakOff(), phase: 'wait' },
    {
      title: 'in the response',
      handler: async (served) => {
        served.begin('ok', { 'content-length': '9' });
        await atRest();
        served.breakOff();
      },
      phase: 'receive',
    },
  ])('$title is told too', async ({ handler, phase }) => {
    const { server, send } = await scene(target, handler);
    const { records } = await record(() => failure(send({ url: `${server.url}/` })));
    const one = expectValid(records[0]!);
    expect(one.outcome).toBe('error');
    expect(one.error!.phase).toBe(phase);
  });
});
