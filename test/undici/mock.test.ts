import type { MockAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { record } from '../../src/index.ts';
import { UNDICIS } from '../behaviours/drivers/table.ts';
import type { Undici, UndiciCopy } from '../behaviours/drivers/undici.ts';
import { appServer } from '../helpers/app-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { invalid } from '../record/valid.ts';

const ORIGIN = 'http://mocked.test';

function mockAgent({ MockAgent }: Undici): MockAgent {
  const agent = new MockAgent();
  onTestFinished(() => agent.close());
  agent.disableNetConnect();
  const pool = agent.get(ORIGIN);
  pool.intercept({ path: '/now' }).reply(200, 'at once', { headers: { 'x-mock': 'yes' } });
  pool.intercept({ path: '/later' }).reply(404, 'in a while').delay(10);
  pool.intercept({ path: '/fails' }).replyWithError(new Error('as asked'));
  return agent;
}

const MODES: WatchMode[] = ['context', 'observe'];
const TABLE = UNDICIS.flatMap((copy) => MODES.map((mode) => ({ ...copy, mode })));

describe.each(TABLE)('MockAgent of undici $major, watched by $mode', ({ module, mode, version }) => {
  async function request(url: string, dispatcher: MockAgent): Promise<{ status: number; body: string }> {
    const { statusCode, body } = await module.request(url, { dispatcher });
    return { status: statusCode, body: await body.text() };
  }

  it('an answer that is there at once is a round trip without a connection', async () => {
    const traced = recordings();
    const dispatcher = mockAgent(module);
    const answer = await traced.watch(mode, () => request(`${ORIGIN}/now`, dispatcher));
    const [recorder, ...others] = await traced.settled();
    expect(answer).toEqual({ status: 200, body: 'at once' });
    expect(others).toEqual([]);
    expect(recorder!.names).toEqual(['roundTripStart', 'gotResponse', 'roundTripDone']);
    expect(recorder!.info).toMatchObject({
      client: 'undici',
      clientVersion: version,
      method: 'GET',
      url: `${ORIGIN}/now`,
      intercepted: true,
    });
    expect(recorder!.the('gotResponse').args[0]).toMatchObject({
      status: 200,
      header: { 'x-mock': ['yes'] },
    });
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('an answer that takes its time is told when it comes', async () => {
    const traced = recordings();
    const dispatcher = mockAgent(module);
    const answer = await traced.watch(mode, () => request(`${ORIGIN}/later`, dispatcher));
    const [recorder] = await traced.settled();
    expect(answer).toEqual({ status: 404, body: 'in a while' });
    expect(recorder!.names).toEqual(['roundTripStart', 'gotResponse', 'roundTripDone']);
    const started = recorder!.the('roundTripStart').time;
    expect(recorder!.the('gotResponse').time - started).toBeGreaterThan(5);
  });

  it('an error that the mock gives ends the round trip', async () => {
    const traced = recordings();
    const dispatcher = mockAgent(module);
    await traced.watch(mode, () =>
      expect(request(`${ORIGIN}/fails`, dispatcher)).rejects.toThrow('as asked'),
    );
    const [recorder] = await traced.settled();
    expect(recorder!.names).toEqual(['roundTripStart', 'roundTripDone']);
    expect(recorder!.the('roundTripDone').args[0].err).toMatchObject({ message: 'as asked' });
  });

  it('a request that no mock answers fails as without tracing, and has ended', async () => {
    const traced = recordings();
    const dispatcher = mockAgent(module);
    await traced.watch(mode, () =>
      expect(request(`${ORIGIN}/unknown`, dispatcher)).rejects.toMatchObject({
        code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED',
      }),
    );
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.the('roundTripDone').args[0].err).toBeInstanceOf(Error);
  });

  it('a request that is let through to the network is no mocked one', async () => {
    const traced = recordings();
    const server = await appServer((_, response) => response.end('real'));
    const dispatcher = mockAgent(module);
    dispatcher.enableNetConnect();
    const answer = await traced.watch(mode, () => request(`${server.origin}/`, dispatcher));
    const [recorder, ...others] = await traced.settled();
    expect(answer).toEqual({ status: 200, body: 'real' });
    expect(others).toEqual([]);
    expect(recorder!.info.intercepted).toBe(false);
    expect(recorder!.has('gotConn')).toBe(true);
  });

  it('fetch is answered too', async () => {
    const traced = recordings();
    const dispatcher = mockAgent(module);
    const body = await traced.watch(mode, async () =>
      (await module.fetch(`${ORIGIN}/now`, { dispatcher })).text(),
    );
    const [recorder] = await traced.settled();
    expect(body).toBe('at once');
    expect(recorder!.info).toMatchObject({ client: 'fetch', intercepted: true });
  });
});

it.each<UndiciCopy>(UNDICIS)(
  'undici $major: the record of a mocked answer has no phases',
  async ({ module }) => {
    const dispatcher = mockAgent(module);
    const { records } = await record(() => module.request(`${ORIGIN}/now`, { dispatcher }));
    expect(records).toMatchObject([
      { intercepted: true, phases: [], outcome: 'ok', response: { status: 200 } },
    ]);
    expect(records[0]).not.toHaveProperty('connection');
    expect(invalid(records[0])).toBeUndefined();
  },
);
