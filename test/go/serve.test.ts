/** Go: net/http/serve_test.go. */
import { expect, it } from 'vitest';

import { targets } from '../behaviours/drivers/table.ts';
import { answering } from '../behaviours/origin.ts';
import { NEW, behaviour, scene, use } from '../behaviours/scene.ts';

behaviour('TestServerKeepAlivesEnabled', targets([], { http: '1.1' }), (target) => {
  it('TestServerKeepAlivesEnabled: each request to a server that keeps no connection has a new one', async () => {
    const { traced, server, watched } = await scene(target, async (served) => {
      await served.text();
      served.respond('ok', { fields: { connection: 'close' } });
    });
    for (let i = 0; i < 2; i++) await watched({ url: `${server.url}/` });
    const recorders = await traced.settled();
    expect(recorders.map(use)).toEqual([NEW, NEW]);
  });
});

// Undici 6 leaves the next request waiting for ever, traced or not.
const ending = targets([], { http: '2' }).filter(({ driver }) => !driver.clientVersion.startsWith('6.'));

behaviour('TestServerKeepAlivesEnabled', ending, (target) => {
  it('TestServerKeepAlivesEnabled: a session that the server has ended is not used again', async () => {
    const { traced, server, watched } = await scene(target, answering);
    for (let i = 0; i < 2; i++) {
      await watched({ url: `${server.url}/` });
      const { conn } = (await traced.at(i)).the('gotConn').args[0];
      server.connections[i]?.destroy();
      if (!conn.destroyed) await new Promise((resolve) => conn.once('close', resolve));
      await new Promise(setImmediate);
    }
    const recorders = await traced.settled();
    expect(recorders.map(use)).toEqual([NEW, NEW]);
  });
});
