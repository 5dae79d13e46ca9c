import type { Socket } from 'node:net';

/** Reads HTTP/1.1 requests from a server's socket piece by piece, as a script asks for them. */
export class RequestReader {
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;
  #head = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('end', end);
    socket.on('close', end);
    // A reset by the client is an end like others: the script decides whether it was due.
    socket.on('error', end);
  }

  /** Bytes that came and that no step has asked for. */
  get unreadBytes(): number {
    return this.#unread.length;
  }

  /** Reads up to the blank line that ends a head. */
  async readHead(): Promise<void> {
    this.#head = await this.#readThrough('\r\n\r\n');
  }

  /** Reads the body that the last head announced. */
  async readBody(): Promise<void> {
    const length = /^content-length: *(\d+)/im.exec(this.#head)?.[1];
    if (length !== undefined) {
      await this.#read(Number(length));
      return;
    }
    if (!/^transfer-encoding: *chunked/im.test(this.#head)) {
      throw new Error(`the request announces no body: ${JSON.stringify(this.#head)}`);
    }
    for (;;) {
      const size = Number.parseInt(await this.#readThrough('\r\n'), 16);
      await this.#read(size + 2);
      if (size === 0) return;
    }
  }

  /** Waits until the client has closed its side. */
  async readEnd(): Promise<void> {
    while (!this.#ended) await this.#more();
  }

  async #readThrough(mark: string): Promise<string> {
    let at = this.#unread.indexOf(mark);
    while (at < 0) {
      await this.#moreOrFail(JSON.stringify(mark));
      at = this.#unread.indexOf(mark);
    }
    return (await this.#read(at + mark.length)).toString('latin1');
  }

  async #read(count: number): Promise<Buffer> {
    while (this.#unread.length < count) await this.#moreOrFail(`${count} bytes`);
    const taken = this.#unread.subarray(0, count);
    this.#unread = this.#unread.subarray(count);
    return taken;
  }

  async #moreOrFail(wanted: string): Promise<void> {
    if (this.#ended || this.#socket.destroyed) {
      throw new Error(`the client closed the connection before it sent ${wanted}`);
    }
    await this.#more();
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
