import * as net from 'node:net';
import type { Closable } from './closing.ts';
import { listen } from './closing.ts';

/** A port that leads to another one over a long way. */
export interface FarLink extends Closable {
  readonly port: number;
}

/**
 * Listens at localhost and passes everything on, each piece later by half a round trip: loopback is too fast to show
 * what a connection costs.
 *
 * @param target - where the server listens.
 * @param roundTrip - milliseconds there and back.
 */
export async function openFarLink(target: net.AddressInfo, roundTrip: number): Promise<FarLink> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ host: target.address, port: target.port, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (piece) => later(() => to.writable && to.write(piece)));
      from.on('end', () => later(() => to.end()));
      // Either end may be cut off by the client, when it has what it wants.
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  function later(deliver: () => void): void {
    setTimeout(deliver, roundTrip / 2);
  }
  const { port } = await listen(server, 'localhost');
  return {
    port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
