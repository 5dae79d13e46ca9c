import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';

import { localEnd } from '../../src/record/local-end.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';

function endOf(socket: object): { address: unknown; port: unknown } {
  const { address, port } = localEnd(socket);
  return { address, port };
}

async function connected(): Promise<net.Socket> {
  const server = await scriptedServer(answerAll);
  const socket = net.connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

it('is what the socket tells itself', async () => {
  const socket = await connected();
  expect(endOf(socket)).toEqual({ address: socket.localAddress, port: socket.localPort });
});

it('leaves the socket as it was: asking it keeps the answer there', async () => {
  const socket = await connected();
  const { address } = endOf(socket);
  expect(address).toBe('127.0.0.1');
  expect(Reflect.get(socket, '_sockname')).toBe(null);
});

it.each([
  ['that was destroyed', async () => (await connected()).destroy()],
  ['whose handle has no address', async () => ({ _handle: { getsockname: () => -1 } })],
  ['that is no socket', async () => new PassThrough()],
])('is not that of the socket before for one %s', async (_, make) => {
  endOf(await connected());
  expect(endOf(await make())).toEqual({ address: undefined, port: undefined });
});

it('is what its properties tell where the handle cannot be asked', () => {
  expect(endOf({ _handle: {}, localAddress: '::1', localPort: 80 })).toEqual({ address: '::1', port: 80 });
  expect(endOf({ _handle: null, localAddress: '/bound.sock' })).toEqual({
    address: '/bound.sock',
    port: undefined,
  });
});
