// @ts-check
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';

const body = 'x'.repeat(256);
const END_OF_HEAD = '\r\n\r\n';
// The fields of node:http's own server.
const response = [
  'HTTP/1.1 200 OK',
  'content-type: application/json',
  `content-length: ${body.length}`,
  'date: Sat, 01 Nov 2025 12:00:00 GMT',
  'connection: keep-alive',
  `keep-alive: timeout=60${END_OF_HEAD}${body}`,
].join('\r\n');

/**
 * The server of the benchmarks: small keep-alive answers to GET. It parses nothing of HTTP/1.1 but the ends of heads,
 * so that it takes far less time than any client, and the client is what the loop waits for.
 *
 * @param {string} client a name of CLIENTS: it decides the protocol
 * @param {{ key: string, cert: string }} [certificate] for `https`
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function startServer(client, certificate) {
  const server =
    client === 'http2'
      ? http2.createServer().on('stream', answerStream)
      : client === 'https'
        ? tls.createServer({ ...certificate }, answerSocket)
        : net.createServer({ noDelay: true }, answerSocket);
  /** @type {Set<import('node:stream').Duplex>} */
  const sockets = new Set();
  server.on('connection', (/** @type {import('node:stream').Duplex} */ socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1', 1024);
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address()); // it listens on TCP
  return {
    origin: `${client === 'https' ? 'https' : 'http'}://127.0.0.1:${port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** @param {net.Socket} socket */
function answerSocket(socket) {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (/** @type {string} */ chunk) => {
    const heads = (rest + chunk).split(END_OF_HEAD);
    rest = heads.pop() ?? '';
    if (heads.length > 0) socket.write(response.repeat(heads.length), 'latin1');
  });
}

/** @param {http2.ServerHttp2Stream} stream */
function answerStream(stream) {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': body.length });
  stream.end(body);
}
