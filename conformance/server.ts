import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http2, { type ServerHttp2Session } from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Certificates } from '../test/helpers/certs.ts';
import { ConnectionScript } from './connection-script.ts';
import { HookWatch, type Marked } from './hook-watch.ts';
import type { Scheme } from './scenario.ts';
import type { ClientControl } from './server-control.ts';
import type { ServerScript } from './server-script.ts';
import { SessionScript } from './session-script.ts';

/** Where a server is reached: at a port, or at a socket of the file system. */
export interface ServerAddress {
  readonly port: number;
  readonly socketPath?: string;
}

/**
 * Plays a scenario's server script, one script a connection in the order of arrival. The same server serves the Go
 * program and the Node clients; a step may wait for what their traces report.
 */
export class ScriptedServer {
  readonly #script: ServerScript;
  readonly #scheme: Scheme;
  readonly #credentials: tls.SecureContextOptions & tls.TlsOptions;
  readonly #client: ClientControl;
  readonly #hooks = new HookWatch();
  readonly #listener: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #playing: Promise<string | undefined>[] = [];
  readonly #problems: string[] = [];
  readonly #unread: (() => number)[] = [];
  #directory: string | undefined;

  /** `client` does to the running client what the script says. */
  constructor(script: ServerScript, scheme: Scheme, certificates: Certificates, client: ClientControl) {
    this.#script = script;
    this.#scheme = scheme;
    this.#client = client;
    this.#credentials = credentialsOf(script, certificates);
    this.#listener = this.#makeListener();
    this.#listener.on('connection', (socket: net.Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
    });
  }

  /** Starts to listen, or finds a place where nobody does when the script refuses. */
  async start(): Promise<ServerAddress> {
    const address = await this.#listen();
    if (this.#script.refuses === true) await this.#close();
    return address;
  }

  /** Tells that a client has reported a hook or a mark. */
  observe(event: Marked): void {
    this.#hooks.observe(event);
  }

  /**
   * Ends all and tells what did not go by the script: connections that were not expected, not made, or not played to
   * their end within `limit` milliseconds.
   */
  async stop(limit: number): Promise<readonly string[]> {
    const timer = setTimeout(() => this.#destroyAll(), limit);
    const found = await Promise.all(this.#playing);
    clearTimeout(timer);
    this.#destroyAll();
    if (this.#listener.listening) await this.#close();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true });
    const expected = this.#scripts.length;
    const unsure = this.#script.unsure ?? 0;
    for (const [index, text] of found.entries()) {
      if (text !== undefined && index < expected - unsure)
        this.#problems.push(`connection ${index + 1}${text}`);
    }
    for (const [index, unread] of this.#unread.entries()) {
      if (unread() === 0 || index >= expected - unsure) continue;
      this.#problems.push(`connection ${index + 1}: ${unread()} bytes that no step expects`);
    }
    const made = this.#playing.length;
    if (made > expected || made < expected - unsure) {
      this.#problems.push(`${made} connections instead of ${expected}`);
    }
    return this.#problems;
  }

  get #scripts(): readonly (readonly unknown[])[] {
    return this.#scheme === 'h2' ? (this.#script.sessions ?? []) : this.#script.connections;
  }

  #makeListener(): net.Server {
    const serve = (socket: net.Socket): void => {
      this.#playing.push(this.#serve(socket));
    };
    if (this.#scheme === 'h2') {
      const server = http2.createSecureServer(this.#credentials);
      server.on('session', (session) => {
        this.#playing.push(this.#serveSession(session));
      });
      return server;
    }
    const plain = this.#scheme === 'http' || this.#script.raw === true;
    const options = { allowHalfOpen: true };
    return plain
      ? net.createServer(options, serve)
      : tls.createServer({ ...options, ...this.#credentials }, serve);
  }

  async #listen(): Promise<ServerAddress> {
    if (this.#script.listens === 'unix') {
      this.#directory = await mkdtemp(join(tmpdir(), 'conformance-'));
      const socketPath = join(this.#directory, 'socket');
      await this.#listening(() => this.#listener.listen(socketPath));
      return { port: 0, socketPath };
    }
    const host = this.#script.listens === 'ipv6' ? '::1' : '127.0.0.1';
    await this.#listening(() => this.#listener.listen(0, host));
    const address = this.#listener.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return { port: address.port };
  }

  async #listening(listen: () => void): Promise<void> {
    const listening = once(this.#listener, 'listening');
    listen();
    await listening;
  }

  async #serve(socket: net.Socket): Promise<string | undefined> {
    const context = { hooks: this.#hooks, client: this.#client };
    const connection = new ConnectionScript(socket, context, this.#credentials);
    const steps = this.#script.connections[this.#playing.length];
    if (steps === undefined) {
      socket.destroy();
      return undefined;
    }
    this.#unread.push(() => connection.unreadBytes);
    const problem = await connection.play(steps);
    return problem === undefined ? undefined : `, ${problem}`;
  }

  async #serveSession(session: ServerHttp2Session): Promise<string | undefined> {
    const streams = this.#script.sessions?.[this.#playing.length];
    if (streams === undefined) {
      session.destroy();
      return undefined;
    }
    const context = { hooks: this.#hooks, client: this.#client };
    const problems = await new SessionScript(session, context, streams).ended();
    return problems.length === 0 ? undefined : `, ${problems.join('; ')}`;
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #close(): Promise<void> {
    this.#listener.close();
    await once(this.#listener, 'close');
  }
}

function credentialsOf(script: ServerScript, certificates: Certificates): tls.TlsOptions {
  return {
    ...certificates[script.certificate ?? 'good'],
    ...(script.maxTlsVersion === undefined ? {} : { maxVersion: script.maxTlsVersion }),
    ...(script.minTlsVersion === undefined ? {} : { minVersion: script.minTlsVersion }),
    ...(script.alpn === undefined ? {} : { ALPNProtocols: [...script.alpn] }),
  };
}
