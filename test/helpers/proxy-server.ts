import { once } from 'node:events';
import net from 'node:net';

import { scriptedServer, type Peer, type ScriptedServer } from './scripted-server.ts';

/** An HTTP proxy: tunnels by CONNECT, and passes on requests for a whole URL. With `tls` it is itself reached by TLS. */
export function proxyServer(options: { readonly tls?: boolean } = {}): Promise<ScriptedServer> {
  return scriptedServer(async (peer) => {
    const head = await peer.head();
    const [method, target, version] = head.slice(0, head.indexOf('\r\n')).split(' ') as [
      string,
      string,
      string,
    ];
    if (method === 'CONNECT') {
      const [host, port] = splitHostPort(target);
      await tunnel(peer, host, port, (socket) => {
        peer.send(`${version} 200 Connection established\r\n\r\n`);
        return socket;
      });
      return;
    }
    const url = new URL(target);
    await tunnel(peer, url.hostname, Number(url.port), (socket) => {
      socket.write(head.replace(target, url.pathname + url.search), 'latin1');
      return socket;
    });
  }, options);
}

/** A SOCKS5 proxy (RFC 1928) without authentication that knows CONNECT. */
export function socksServer(): Promise<ScriptedServer> {
  return scriptedServer(async (peer) => {
    const [, methods] = await peer.bytes(2);
    await peer.bytes(methods!);
    peer.send(Buffer.from([5, 0]));
    const [, , , type] = await peer.bytes(4);
    const host = await socksAddress(peer, type!);
    const port = (await peer.bytes(2)).readUInt16BE();
    await tunnel(peer, host, port, () => peer.send(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])));
  });
}

/** The address of a SOCKS request: type 1 is IPv4, 3 a name, 4 IPv6. */
async function socksAddress(peer: Peer, type: number): Promise<string> {
  if (type === 1) return (await peer.bytes(4)).join('.');
  if (type !== 3) throw new Error(`the test's SOCKS server does not know address type ${type}`);
  const [length] = await peer.bytes(1);
  return (await peer.bytes(length!)).toString('latin1');
}

/** Connects `peer` with `host`; when it is there, `ready` says so. An unreachable host ends the connection. */
async function tunnel(
  peer: Peer,
  host: string,
  port: number,
  ready: (socket: net.Socket) => unknown,
): Promise<void> {
  const socket = net.connect(port, host);
  const closed = once(socket, 'close').catch(() => {});
  socket.on('error', () => peer.socket.destroy());
  socket.once('connect', () => {
    const already = peer.rest();
    ready(socket);
    if (already.length > 0) socket.write(already);
    peer.socket.pipe(socket);
    socket.pipe(peer.socket);
  });
  peer.socket.once('close', () => socket.destroy());
  await closed;
}

function splitHostPort(hostPort: string): [host: string, port: number] {
  const colon = hostPort.lastIndexOf(':');
  return [hostPort.slice(0, colon).replace(/^\[|\]$/g, ''), Number(hostPort.slice(colon + 1))];
}
