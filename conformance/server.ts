import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { Certificates } from '../test/helpers/certs.ts';
import { RequestReader } from './request-reader.ts';
import type { HookName, Scheme, ServerScript, ServerStep } from './scenario.ts';

/**
 * Plays a scenario's server script on a free port of 127.0.0.1, one script a connection in the order of arrival. The
 * same server serves the Go program and the Node clients; a step may wait for what their traces report.
 */
export class ScriptedServer {
  readonly #script: ServerScript;
  readonly #cancel: () => void;
  readonly #listener: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #playing: Promise<void>[] = [];
  readonly #readers: RequestReader[] = [];
  readonly #problems: string[] = [];
  readonly #seen = new Map<HookName, number>();
  readonly #wakeScripts = new Set<() => void>();

  /** `cancel` has the client cancel its current request. */
  constructor(script: ServerScript, scheme: Scheme, certificates: Certificates, cancel: () => void) {
    this.#script = script;
    this.#cancel = cancel;
    const serve = (socket: net.Socket): void => {
      this.#playing.push(this.#serve(socket));
    };
    this.#listener =
      scheme === 'http'
        ? net.createServer({ allowHalfOpen: true }, serve)
        : tls.createServer({ allowHalfOpen: true, ...certificates[script.certificate ?? 'good'] }, serve);
    this.#listener.on('connection', (socket: net.Socket) => this.#sockets.add(socket));
  }

  /** Starts to listen, or finds a port where nobody does when the script refuses. */
  async start(): Promise<number> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    const address = this.#listener.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    if (this.#script.refuses === true) await this.#close();
    return address.port;
  }

  /** Tells that a client's trace has reported a hook. */
  observe(hook: HookName): void {
    this.#seen.set(hook, (this.#seen.get(hook) ?? 0) + 1);
    for (const wake of this.#wakeScripts) wake();
  }

  /**
   * Ends all and tells what did not go by the script: connections that were not expected, not made, or not played to
   * their end within `limit` milliseconds.
   */
  async stop(limit: number): Promise<readonly string[]> {
    const timer = setTimeout(() => this.#destroyAll(), limit);
    await Promise.all(this.#playing);
    clearTimeout(timer);
    this.#destroyAll();
    if (this.#listener.listening) await this.#close();
    for (const [index, reader] of this.#readers.entries()) {
      if (reader.unreadBytes > 0) {
        this.#problems.push(`connection ${index + 1}: ${reader.unreadBytes} bytes that no step expects`);
      }
    }
    const expected = this.#script.connections.length;
    if (this.#playing.length !== expected) {
      this.#problems.push(`${this.#playing.length} connections instead of ${expected}`);
    }
    return this.#problems;
  }

  async #serve(socket: net.Socket): Promise<void> {
    const reader = new RequestReader(socket);
    const number = this.#readers.push(reader);
    const steps = this.#script.connections[number - 1];
    if (steps === undefined) {
      socket.destroy();
      return;
    }
    for (const [index, step] of steps.entries()) {
      try {
        await this.#play(step, socket, reader);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const place = `connection ${number}, step ${index + 1} ${JSON.stringify(step)}`;
        this.#problems.push(`${place}: ${reason}`);
        return;
      }
    }
  }

  async #play(step: ServerStep, socket: net.Socket, reader: RequestReader): Promise<void> {
    if ('send' in step) {
      socket.write(step.send, 'latin1');
    } else if ('end' in step) {
      if (step.end === 'fin') socket.end();
      else socket.resetAndDestroy();
    } else if ('cancel' in step) {
      this.#cancel();
    } else if ('awaitHook' in step) {
      await this.#hook(step.awaitHook, step.times ?? 1, socket);
    } else if (step.await === 'head') {
      await reader.readHead();
    } else if (step.await === 'body') {
      await reader.readBody();
    } else {
      await reader.readEnd();
      socket.end();
    }
  }

  async #hook(hook: HookName, times: number, socket: net.Socket): Promise<void> {
    while ((this.#seen.get(hook) ?? 0) < times) {
      if (socket.destroyed) throw new Error(`the connection ended before ${hook} was reported`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wakeScripts.delete(wake);
          socket.off('close', wake);
          resolve();
        };
        this.#wakeScripts.add(wake);
        socket.on('close', wake);
      });
    }
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #close(): Promise<void> {
    this.#listener.close();
    await once(this.#listener, 'close');
  }
}
