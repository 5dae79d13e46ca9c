import type { Socket } from 'node:net';

/** Reads HTTP/1.1 requests from a server's socket piece by piece, as a script asks for them. */
export class RequestReader {
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;
  #head = '';

  readonly #onData = (chunk: Buffer): void => {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    this.#wake?.();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('end', end);
    socket.on('close', end);
    // A reset by the client is an end like others: the script decides whether it was due.
    socket.on('error', end);
  }

  /** Stops to read and gives back what nobody has asked for. */
  release(): void {
    this.#socket.off('data', this.#onData);
    this.#socket.pause();
    if (this.#unread.length > 0) this.#socket.unshift(this.#unread);
    this.#unread = Buffer.alloc(0);
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
      if (size === 0) break;
      await this.#read(size + 2);
    }
    // Trailers, and the blank line after them.
    while ((await this.#readThrough('\r\n')) !== '\r\n') {
      // Nothing compares what they say.
    }
  }

  /** Reads a TLS record, such as the one with the client's hello. */
  async readRecord(): Promise<void> {
    const header = await this.#read(5);
    await this.#read(header.readUInt16BE(3));
  }

  /** Reads a SOCKS5 greeting (RFC 1928): version, and the methods that the client knows. */
  async readSocksGreeting(): Promise<void> {
    const [, methods = 0] = await this.#read(2);
    await this.#read(methods);
  }

  /** Reads a SOCKS5 request: version, command, and an address of one of three kinds with its port. */
  async readSocksRequest(): Promise<void> {
    const [, , , kind] = await this.#read(4);
    const [length = 0] = kind === 3 ? await this.#read(1) : [kind === 1 ? 4 : 16];
    await this.#read(length + 2);
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
