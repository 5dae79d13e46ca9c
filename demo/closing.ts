import type { AddressInfo, Server, Socket } from 'node:net';

/** Something that must be closed when the demo ends. */
export interface Closable {
  close(): void;
}

/**
 * Starts a server on a free port.
 *
 * @param host - name or address to listen at.
 */
export async function listen(server: Server, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, host, resolve);
  });
  // Only a server on a pipe has a name there instead.
  return server.address() as AddressInfo;
}

/** Makes what closes a server, and with it the connections that clients keep open to it. */
export function closerOf(server: Server): Closable {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
