import * as http from 'node:http';
import * as https from 'node:https';
import { Recorder } from '../index.ts';

/**
 * Sends requests from this process to itself and throws their records away. A fresh process loads and compiles much at
 * its first request: milliseconds that would be shown as time in the queue, although neither network nor server has a
 * part in them.
 *
 * @param secure - TLS will be needed too.
 */
export async function warmUp(secure: boolean): Promise<void> {
  const server = http.createServer((_request, response) => response.end());
  try {
    const port = await listen(server);
    const recorder = new Recorder({ limit: 0 });
    const options = { host: 'localhost', port, agent: false };
    await recorder.run(() => ended(http.get(options)));
    // Fails, because the server knows no TLS; until then it takes the way of a request that does not.
    if (secure) await recorder.run(() => ended(https.get(options)));
  } catch {
    // Not allowed to listen, or no name for this machine: then the first request is a little slower.
  } finally {
    server.close();
  }
}

function listen(server: http.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, 'localhost', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });
}

function ended(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    request.once('response', (response) => response.resume());
    request.once('error', () => resolve()).once('close', resolve);
  });
}
