import { once } from 'node:events';
import net from 'node:net';
import { expect, it, onTestFinished } from 'vitest';

const [major = 0] = process.versions.node.split('.').map(Number);

it('a reset that comes with the last data is told as an end on Node 20 and 22, which is why the laws allow both', async () => {
  const server = net.createServer();
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = net.connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  const told: string[] = [];
  client.on('data', (chunk) => told.push(String(chunk)));
  client.on('end', () => told.push('end'));
  client.on('error', (error: NodeJS.ErrnoException) => told.push(error.code ?? error.message));
  const closed = new Promise((resolve) => client.once('close', resolve));
  const opened = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  const [accepted] = await Promise.all([opened, once(client, 'connect')]);
  // Loopback delivers within the call: the client has both before it reads.
  accepted.write('the last data');
  accepted.resetAndDestroy();
  await closed;
  expect(told).toEqual(['the last data', major < 24 ? 'end' : 'ECONNRESET']);
});
