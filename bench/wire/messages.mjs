// Where each request, or each response, begins and ends in the bytes of one direction.

/**
 * Offsets of one message.
 *
 * @typedef {object} Message
 * @property {number} start First byte of its head.
 * @property {number} headEnd After the last byte of its head.
 * @property {number} end After its last byte.
 */

/**
 * Messages of HTTP/1.1 with a length, in chunks, or without a body. One that is not whole is left out.
 *
 * @param {Buffer} bytes
 * @returns {Message[]}
 */
export function http1Messages(bytes) {
  const messages = [];
  for (let start = 0; start < bytes.length;) {
    const blank = bytes.indexOf('\r\n\r\n', start);
    if (blank === -1) break;
    const headEnd = blank + 4;
    const end = bodyEnd(bytes, headEnd, bytes.toString('latin1', start, headEnd));
    if (end === undefined || end > bytes.length) break;
    messages.push({ start, headEnd, end });
    start = end;
  }
  return messages;
}

/**
 * @param {Buffer} bytes
 * @param {number} start
 * @param {string} head
 * @returns {number | undefined}
 */
function bodyEnd(bytes, start, head) {
  if (!/\r\ntransfer-encoding: *chunked\r\n/i.test(head))
    return start + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  for (let at = start; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) return undefined;
    const length = Number.parseInt(bytes.toString('latin1', at, line), 16);
    at = line + 2 + length + 2;
    if (length === 0) return at;
  }
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME_HEADER = 9;
const DATA = 0;
const HEADERS = 1;
const CONTINUATION = 9;
const END_STREAM = 1;
const END_HEADERS = 4;

/**
 * Messages of HTTP/2, in order of their streams: from a stream's first HEADERS frame to the frame with END_STREAM.
 *
 * @param {Buffer} bytes
 * @returns {Message[]}
 */
export function http2Messages(bytes) {
  /** @type {Map<number, { start: number, headEnd: number | undefined, end: number | undefined }>} */
  const streams = new Map();
  let at = bytes.indexOf(PREFACE) === 0 ? PREFACE.length : 0;
  while (at + FRAME_HEADER <= bytes.length) {
    const end = at + FRAME_HEADER + bytes.readUIntBE(at, 3);
    const type = bytes.readUInt8(at + 3);
    const flags = bytes.readUInt8(at + 4);
    const id = bytes.readUInt32BE(at + 5);
    if (end > bytes.length) break;
    let message = streams.get(id);
    if (type === HEADERS && message === undefined)
      streams.set(id, (message = { start: at, headEnd: undefined, end: undefined }));
    if (message !== undefined) {
      if ((type === HEADERS || type === CONTINUATION) && (flags & END_HEADERS) !== 0) message.headEnd ??= end;
      if ((type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0) message.end = end;
    }
    at = end;
  }
  const messages = [];
  for (const [, { start, headEnd, end }] of [...streams].sort(([a], [b]) => a - b))
    if (headEnd !== undefined && end !== undefined) messages.push({ start, headEnd, end });
  return messages;
}
