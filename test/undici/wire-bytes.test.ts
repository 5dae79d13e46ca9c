import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';

import { Recorder, runWithClientTrace } from '../../src/index.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';

/** Heads of ever other lengths; what comes before a request on its connection must not count for it. */
const RESPONSES = ['1', '22', '333', '4444', '55555', '666666', '7777777'].map(
  (value) => `HTTP/1.1 200 OK\r\nX-Value: ${value}\r\nContent-Length: 2\r\n\r\nok`,
);

it.each(UNDICIS)('undici $major: tells the bytes of each request on one connection', async ({ module }) => {
  const sent: number[] = [];
  const server = await scriptedServer(async (peer) => {
    for (const response of RESPONSES) {
      const before = peer.received.length;
      const length = /content-length: (\d+)/i.exec(await peer.head())?.[1];
      if (length !== undefined) await peer.bytes(Number(length));
      sent.push(peer.received.length - before);
      peer.send(response);
    }
  });
  const client = new module.Client(server.origin);
  onTestFinished(() => client.destroy());
  async function ask(path: string, body: string | Readable | null = null): Promise<void> {
    const headers = body instanceof Readable ? { 'content-length': '9' } : {};
    const response = await client.request({ path, method: body === null ? 'GET' : 'POST', headers, body });
    await response.body.text();
  }
  const recorder = new Recorder({ allowHeaders: ['x-value'] });
  await recorder.run(() => ask('/recorded'));
  await ask('/watched/by/nobody');
  await recorder.run(() => ask('/recorded/again'));
  await recorder.run(() => ask('/with/a/body', 'all of it'));
  await runWithClientTrace({ gotConn() {} }, () => ask('/with/hooks/only'));
  await recorder.run(() => ask('/with/a/stream', Readable.from([Buffer.from('in p'), Buffer.from('ieces')])));
  await recorder.run(() => ask('/recorded/right/after/that'));
  await recorder.flush();
  const recorded = [0, 2, 3, 5, 6];
  expect(recorder.records.map(({ request }) => request.wireBytes)).toEqual(recorded.map((at) => sent[at]));
  expect(recorder.records.map(({ response }) => response?.wireBytes)).toEqual(
    recorded.map((at) => RESPONSES[at]?.length),
  );
  for (const [i, { response }] of recorder.records.entries()) {
    const at = recorded[i]!;
    expect(response?.header).toContainEqual(['X-Value', String(at + 1).repeat(at + 1)]);
  }
});

it.each(UNDICIS)(
  'undici $major: tells them after a request that was recorded before its end',
  async ({ module }) => {
    let sent = 0;
    let halfCame = (): void => {};
    const half = new Promise<void>((resolve) => (halfCame = resolve));
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      await peer.bytes(4);
      halfCame();
      await peer.bytes(5);
      peer.respond();
      const before = peer.received.length;
      await peer.head();
      sent = peer.received.length - before;
      peer.respond();
    });
    const client = new module.Client(server.origin);
    onTestFinished(() => client.destroy());
    const recorder = new Recorder();
    const body = new Readable({ read() {} });
    const headers = { 'content-length': '9' };
    const slow = recorder.run(() => client.request({ path: '/', method: 'POST', headers, body }));
    body.push('half');
    await half;
    await recorder.flush({ timeout: 0 });
    body.push(' of i');
    body.push(null);
    await (await slow).body.text();
    await recorder.run(async () => (await client.request({ path: '/next', method: 'GET' })).body.text());
    await recorder.flush();
    expect(recorder.records.map(({ outcome }) => outcome)).toEqual(['incomplete', 'ok']);
    expect(recorder.records[1]?.request.wireBytes).toBe(sent);
  },
);
