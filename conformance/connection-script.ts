import type { Socket } from 'node:net';
import tls, { type SecureContextOptions } from 'node:tls';
import { RequestReader } from './request-reader.ts';
import { type ScriptContext, playCommon } from './server-control.ts';
import type { ServerStep } from './server-script.ts';

type Awaited = Extract<ServerStep, { await: unknown }>['await'];

/** Plays the script of one HTTP/1 connection. */
export class ConnectionScript {
  readonly #context: ScriptContext;
  readonly #credentials: SecureContextOptions;
  readonly #ended = new AbortController();
  readonly #port: number | undefined;
  #socket: Socket;
  #reader: RequestReader;
  #ignores = false;

  /** `credentials` are for steps that start TLS. */
  constructor(socket: Socket, context: ScriptContext, credentials: SecureContextOptions) {
    this.#socket = socket;
    this.#port = socket.localPort;
    this.#context = context;
    this.#credentials = credentials;
    this.#reader = new RequestReader(socket);
    socket.on('close', () => this.#ended.abort());
  }

  /** Bytes that came and that no step has asked for. */
  get unreadBytes(): number {
    return this.#ignores ? 0 : this.#reader.unreadBytes;
  }

  /** Plays all steps; tells what went wrong at which, or undefined. */
  async play(steps: readonly ServerStep[]): Promise<string | undefined> {
    for (const [index, step] of steps.entries()) {
      try {
        await this.#play(step);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return `step ${index + 1} ${JSON.stringify(step)}: ${reason}`;
      }
    }
    return undefined;
  }

  async #play(step: ServerStep): Promise<void> {
    if (await playCommon(step, this.#context, this.#ended.signal)) return;
    if ('send' in step) this.#socket.write(this.#withPort(step.send), 'latin1');
    else if ('pause' in step) this.#socket.pause();
    else if ('tls' in step) this.#startTls();
    else if ('await' in step) await this.#await(step.await);
    else if ('end' in step) this.#end(step.end);
  }

  #end(how: 'fin' | 'reset' | 'ignore'): void {
    if (how === 'fin') this.#socket.end();
    else if (how === 'reset') this.#socket.resetAndDestroy();
    else this.#ignores = true;
  }

  #withPort(text: string): string {
    return text.replaceAll(':PORT', `:${this.#port}`);
  }

  async #await(what: Awaited): Promise<void> {
    if (what === 'head') await this.#reader.readHead();
    else if (what === 'body') await this.#reader.readBody();
    else if (what === 'record') await this.#reader.readRecord();
    else if (what === 'greeting') await this.#reader.readSocksGreeting();
    else if (what === 'socks') await this.#reader.readSocksRequest();
    else {
      await this.#reader.readEnd();
      this.#socket.end();
    }
  }

  #startTls(): void {
    const plain = this.#socket;
    this.#reader.release();
    const secure = new tls.TLSSocket(plain, { isServer: true, ...this.#credentials });
    // What a failed handshake is, the client tells.
    secure.on('error', () => plain.destroy());
    this.#socket = secure;
    this.#reader = new RequestReader(secure);
  }
}
