import { describe, expect, it } from 'vitest';

import { runWithClientTrace } from '../../src/index.ts';
import { Connections } from '../../src/probes/connections.ts';
import { Marking } from '../../src/probes/marking.ts';
import { appServer } from '../helpers/app-server.ts';
import { get, httpAgent } from './exchange.ts';

describe('where a probe keeps its state', () => {
  it('is on the objects of the client while most requests are watched, in contexts as by observers', async () => {
    const { origin } = await appServer((_request, response) => response.end('ok'));
    const agent = httpAgent();
    async function ask(times: number): Promise<void> {
      for (let i = 0; i < times; i++) await get(origin, { agent });
    }
    // Nothing is seen before the first trace.
    await runWithClientTrace({ getConn() {} }, () => Promise.resolve());
    await ask(64);
    expect(Marking.pays()).toBe(false);
    await runWithClientTrace({ getConn() {} }, () => ask(64));
    expect(Marking.pays()).toBe(true);
    await ask(64);
    expect(Marking.pays()).toBe(false);
  });

  it('moves with a connection, which tells all its requests the same', async () => {
    const { origin } = await appServer((_request, response) => response.end('ok'));
    const agent = httpAgent();
    const reused: boolean[] = [];
    const conns = new Set<object>();
    const trace = {
      gotConn(info: { readonly reused: boolean; readonly conn: object }) {
        reused.push(info.reused);
        conns.add(info.conn);
      },
    };
    expect(Marking.pays()).toBe(false);
    await runWithClientTrace(trace, async () => {
      for (let i = 0; i < 64; i++) await get(origin, { agent });
    });
    expect(Marking.pays()).toBe(true);
    expect(reused).toEqual([false, ...Array.from({ length: 63 }, () => true)]);
    expect(conns.size).toBe(1);
    const [socket] = conns;
    expect(Connections.of(socket!)?.served).toBe(64);
  });
});
