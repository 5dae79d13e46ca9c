import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

import { propertyClient } from '../properties/clients.ts';

/** Of a server that closes the connection within a trailer's name. */
const CUT = 'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Tra';

// Why the properties draw no such response for it.
it('a response that is cut off within a trailer ends a process that fetches with undici 6.24, and no other', () => {
  const script = `
    const server = require('node:net').createServer((peer) => peer.once('data', () => peer.end(${JSON.stringify(CUT)})));
    server.listen(0, '127.0.0.1', () => {
      fetch('http://127.0.0.1:' + server.address().port).then((response) => response.text()).then(console.log, console.error)
        .finally(() => server.close());
    });
  `;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const isBroken = !propertyClient('fetch').abilities.cutTrailers;
  expect(stderr).toContain(isBroken ? 'AssertionError' : 'terminated');
  expect(status).toBe(isBroken ? 1 : 0);
});
