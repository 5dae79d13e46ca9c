import { once } from 'node:events';
import net from 'node:net';
import { expect, it } from 'vitest';

import { scriptedServer } from '../helpers/scripted-server.ts';
import { TELLS_RESET_AS_END } from './laws.ts';

it('a reset that comes with the last data is told as an end on Node 20 and 22, which is why the laws allow both', async () => {
  const server = await scriptedServer(() => {});
  const client = net.connect(server.port, '127.0.0.1');
  const told: string[] = [];
  client.on('data', (chunk) => told.push(String(chunk)));
  client.on('end', () => told.push('end'));
  client.on('error', (error: NodeJS.ErrnoException) => told.push(error.code ?? error.message));
  const closed = new Promise((resolve) => client.once('close', resolve));
  const [peer] = await Promise.all([server.peer(0), once(client, 'connect')]);
  // Loopback delivers within the call: the client has both before it reads.
  peer.send('the last data');
  peer.reset();
  await closed;
  expect(told).toEqual(['the last data', TELLS_RESET_AS_END ? 'end' : 'ECONNRESET']);
});
