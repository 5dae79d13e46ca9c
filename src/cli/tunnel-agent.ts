import * as https from 'node:https';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { ProxyError } from './errors.ts';
import type { Proxy } from './proxy.ts';

const LONGEST_HEAD = 16_384;
const HEAD_END = '\r\n\r\n';

/** Reaches https origins through an HTTP proxy: CONNECT, then TLS inside the tunnel. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: Proxy;
  /** Not yet known to the base class. */
  readonly #opening = new Set<net.Socket>();

  constructor(proxy: Proxy, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: tls.ConnectionOptions & { host?: string; port?: number | string },
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const socket = net.connect(this.#proxy.port, this.#proxy.host);
    this.#opening.add(socket);
    const target = `${bracketed(options.host ?? '')}:${options.port ?? 443}`;
    openTunnel(socket, target, this.#proxy).then(
      () => {
        this.#opening.delete(socket);
        callback(null, tls.connect({ ...options, socket }));
      },
      (error: unknown) => {
        this.#opening.delete(socket);
        socket.destroy();
        callback(error instanceof Error ? error : new ProxyError(String(error)), socket);
      },
    );
  }

  /** Gives up tunnels that the proxy has not opened yet; Node tells a request of its end only when it has a socket. */
  cancel(reason: Error): void {
    for (const socket of this.#opening) socket.destroy(reason);
  }
}

/** Asks the proxy for a tunnel (RFC 9110 section 9.3.6). */
function openTunnel(socket: net.Socket, target: string, proxy: Proxy): Promise<void> {
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
  const where = `${bracketed(proxy.host)}:${proxy.port}`;
  if (status === undefined)
    return new ProxyError(`${where} is no HTTP proxy: it answered CONNECT with "${line.slice(0, 80)}"`);
  if (status === '407')
    return new ProxyError(`The proxy ${where} wants a login: it answered ${line.slice(9, 80)}`);
  return new ProxyError(`The proxy ${where} answered CONNECT with ${line.slice(9, 80)}`);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
