import * as net from 'node:net';
import * as tls from 'node:tls';
import { hostPort } from '../events/host-port.ts';
import type { Destination, ProxyRoute } from './destination.ts';
import { ProxyError } from './errors.ts';
import type { Proxy } from './proxy.ts';

const LONGEST_HEAD = 16_384;
const HEAD_END = '\r\n\r\n';

/** Opens tunnels through HTTP proxies (RFC 9110 section 9.3.6). */
export class Tunnels {
  readonly #opening = new Set<net.Socket>();

  /**
   * Connects to the proxy and asks it for a tunnel.
   *
   * @throws ProxyError when the proxy refuses, or what the connection failed with.
   */
  async open(
    proxy: ProxyRoute,
    { host, port, dial }: Pick<Destination, 'host' | 'port' | 'dial'>,
  ): Promise<net.Socket> {
    const socket = connectTo(proxy, dial);
    this.#opening.add(socket);
    try {
      await askForTunnel(socket, hostPort(host, port), proxy);
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      this.#opening.delete(socket);
    }
  }

  /** Gives up tunnels that the proxy has not opened yet: no request knows of them. */
  cancel(reason: Error): void {
    for (const socket of this.#opening) socket.destroy(reason);
  }
}

function connectTo({ host, port, secure, tls: settings }: ProxyRoute, dial: Destination['dial']): net.Socket {
  if (!secure) return net.connect({ host, port, ...dial });
  return tls.connect({ host, port, ...dial, ALPNProtocols: ['http/1.1'], ...settings });
}

function askForTunnel(socket: net.Socket, target: string, proxy: Proxy): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = '';
    function onReadable(): void {
      // Byte by byte would lose nothing, but neither does this: the origin is silent until it gets a ClientHello.
      for (let chunk = readChunk(socket); chunk !== undefined; chunk = readChunk(socket)) head += chunk;
      if (head.includes(HEAD_END)) finish(problemOf(head, proxy));
      else if (head.length > LONGEST_HEAD)
        finish(new ProxyError('The proxy answered CONNECT with too long a head.'));
    }
    function onEnd(): void {
      finish(new ProxyError('The proxy closed the connection instead of answering CONNECT.'));
    }
    function finish(error?: Error): void {
      socket.off('readable', onReadable).off('end', onEnd).off('error', finish);
      if (error === undefined) resolve();
      else reject(error);
    }
    socket.on('readable', onReadable).on('end', onEnd).on('error', finish);
    const authorization =
      proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`, 'latin1');
  });
}

function readChunk(socket: net.Socket): string | undefined {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk.toString('latin1') : undefined;
}

function problemOf(head: string, proxy: Proxy): Error | undefined {
  const [line = ''] = head.split('\r\n', 1);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1];
  if (status?.startsWith('2') === true) return undefined;
  const where = hostPort(proxy.host, proxy.port);
  if (status === undefined)
    return new ProxyError(`${where} is no HTTP proxy: it answered CONNECT with "${line.slice(0, 80)}"`);
  if (status === '407')
    return new ProxyError(`The proxy ${where} wants a login: it answered ${line.slice(9, 80)}`);
  return new ProxyError(`The proxy ${where} answered CONNECT with ${line.slice(9, 80)}`);
}
