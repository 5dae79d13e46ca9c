// @ts-check
import { Duplex } from 'node:stream';

const RESPONSE = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    'Content-Length: 256',
    'Date: Sat, 21 Nov 2026 16:00:00 GMT',
    'Connection: keep-alive',
    'Keep-Alive: timeout=60',
    '',
    'x'.repeat(256),
  ].join('\r\n'),
);

/** A socket without a network: answers each write, which is a GET, at once. */
export class AnsweringStream extends Duplex {
  bytesWritten = 0;
  bytesRead = 0;

  /**
   * @override
   * @param {Buffer} chunk
   * @param {string} _encoding
   * @param {() => void} done
   */
  _write(chunk, _encoding, done) {
    this.bytesWritten += chunk.length;
    done();
    this.bytesRead += RESPONSE.length;
    this.push(RESPONSE);
  }

  /** @override */
  _read() {}

  // What node:http calls of a net.Socket.
  ref() {}
  unref() {}
  setKeepAlive() {}
  setNoDelay() {}
  setTimeout() {}
}
