import { once } from 'node:events';
import net from 'node:net';
import { onTestFinished } from 'vitest';

/** An HTTP/2 server in clear text that sends what a script says, frame by frame; node:http2 would not misbehave so. */
export interface FrameServer {
  readonly origin: string;
}

/** One connection of it. */
export class FramePeer {
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  /** Sends `frames` in one piece. */
  send(...frames: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(frames));
  }

  /** Closes the connection without a word. */
  destroy(): void {
    this.#socket.destroy();
  }
}

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const GOAWAY = 7;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
const PREFACE_LENGTH = 24;

/** Frames of RFC 9113, 6. */
export function dataFrame(stream: number, text: string, end: boolean): Buffer {
  return frame(DATA, end ? END_STREAM : 0, stream, Buffer.from(text));
}

export function headersFrame(
  stream: number,
  status: number | undefined,
  fields: readonly (readonly [string, string])[] = [],
  end = false,
): Buffer {
  const block = [...(status === undefined ? [] : [[':status', String(status)] as const]), ...fields];
  const payload = Buffer.concat(block.map(([name, value]) => literal(name, value)));
  return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, payload);
}

export function resetFrame(stream: number, code: number): Buffer {
  return frame(RST_STREAM, 0, stream, uint32(code));
}

export function goawayFrame(lastStream: number, code: number): Buffer {
  return frame(GOAWAY, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]));
}

/** A literal field that is not indexed (RFC 7541, 6.2.2), lengths below 127. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * Starts a server that calls `onRequest` for the head of each request.
 *
 * @param onFrame - gets each frame of a stream, in hex.
 */
export async function frameServer(
  onRequest: (peer: FramePeer, stream: number) => void,
  onFrame: (frame: string) => void = () => {},
): Promise<FrameServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket, onRequest, onFrame);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as net.AddressInfo; // it listens on TCP
  return { origin: `http://127.0.0.1:${port}` };
}

function serve(
  socket: net.Socket,
  onRequest: (peer: FramePeer, stream: number) => void,
  onFrame: (frame: string) => void,
): void {
  const peer = new FramePeer(socket);
  let unread = Buffer.alloc(0);
  let toSkip = PREFACE_LENGTH;
  peer.send(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    if (unread.length < toSkip) return;
    unread = unread.subarray(toSkip);
    toSkip = 0;
    while (unread.length >= 9 && unread.length >= 9 + unread.readUIntBE(0, 3)) {
      const length = unread.readUIntBE(0, 3);
      const type = unread.readUInt8(3);
      const flags = unread.readUInt8(4);
      const stream = unread.readUInt32BE(5);
      // Those of the whole connection come when they come.
      if (stream > 0) onFrame(`${unread.subarray(0, 9 + length).toString('hex')}\n`);
      unread = unread.subarray(9 + length);
      if (type === SETTINGS && (flags & ACK) === 0) peer.send(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
      if (type === HEADERS) onRequest(peer, stream);
    }
  });
}
