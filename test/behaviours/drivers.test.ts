import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { answering, echoing, origin } from './origin.ts';
import { targets } from './drivers/table.ts';

describe.each(targets([]))('$driver.name by $scheme', ({ driver, scheme, secure }) => {
  const options = { http: driver.http, secure };

  it('sends a request without httptrace', async () => {
    const server = await origin(answering, options);
    const send = await driver.make();
    expect(await send({ url: `${server.url}/` })).toEqual({ status: 200, body: 'ok' });
    await new Promise(setImmediate);
    expect(await send({ url: `${server.url}/` })).toEqual({ status: 200, body: 'ok' });
    expect(server.connections).toHaveLength(driver.can.has('keeps') ? 1 : 2);
    expect(server.url).toContain(scheme);
  });

  it('sends bodies', async () => {
    const server = await origin(echoing, options);
    const send = await driver.make();
    const bodies = {
      'string body': 'text',
      'buffer body': Buffer.from('bytes'),
      'stream body': Readable.from([Buffer.from('str'), Buffer.from('eam')]),
      'blob body': new Blob(['blob']),
    };
    for (const [ability, body] of Object.entries(bodies)) {
      if (!driver.can.has(ability as 'string body')) continue;
      expect([ability, (await send({ url: `${server.url}/`, body })).body]).toEqual([
        ability,
        { 'string body': 'text', 'buffer body': 'bytes', 'stream body': 'stream', 'blob body': 'blob' }[
          ability
        ],
      ]);
    }
  });
});
