import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

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

/** Closes a server and the connections that clients keep open to it. */
export function closeServer(server: HttpServer): void {
  server.close();
  server.closeAllConnections();
}
