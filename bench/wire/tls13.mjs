// TLS 1.3 (RFC 8446) as far as a capture needs it: with the keys that the server logs, records become the bytes that were
// sent in them, so that requests and responses can be found in TLS as they are found without.
import { createDecipheriv, createHmac } from 'node:crypto';

import { pieceAt } from './flows.mjs';

const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const RECORD_HEADER = 5;
const TAG = 16;
const SERVER_HELLO = 2;
const FINISHED = 20;
const RANDOM_AT = 6;
const RANDOM = 32;

/** By the number of RFC 8446, B.4. */
const SUITES = new Map([
  [0x1301, { cipher: /** @type {const} */ ('aes-128-gcm'), keyLength: 16, hash: 'sha256' }],
  [0x1302, { cipher: /** @type {const} */ ('aes-256-gcm'), keyLength: 32, hash: 'sha384' }],
]);

/**
 * What a TLS connection carried.
 *
 * @typedef {object} Decrypted
 * @property {number} clientHello When its first packet was on the wire.
 * @property {number} serverFinished When the server's last handshake message was.
 * @property {number} clientFinished When the client's last handshake message was.
 * @property {import('./flows.mjs').TimedBytes} sent
 * @property {import('./flows.mjs').TimedBytes} received
 */

/**
 * Secrets by client random and label.
 *
 * @typedef {Map<string, Map<string, Buffer>>} Secrets
 */

/**
 * Reads lines of the SSLKEYLOGFILE format.
 *
 * @param {string} text
 * @returns {Secrets}
 */
export function readKeyLog(text) {
  /** @type {Secrets} */
  const secrets = new Map();
  for (const line of text.split('\n')) {
    const [label, random, secret] = line.split(' ');
    if (label === undefined || random === undefined || secret === undefined) continue;
    let labels = secrets.get(random);
    if (labels === undefined) secrets.set(random, (labels = new Map()));
    labels.set(label, Buffer.from(secret, 'hex'));
  }
  return secrets;
}

/**
 * Decrypts both directions of `flow`.
 *
 * @param {import('./flows.mjs').Flow} flow
 * @param {Secrets} secrets
 * @returns {Decrypted}
 * @throws {Error} when it is no TLS 1.3 with AES-GCM, or its keys are not among `secrets`.
 */
export function decrypt({ port, sent, received }, secrets) {
  const hello = sent.bytes.subarray(RECORD_HEADER);
  const random = hello.toString('hex', RANDOM_AT, RANDOM_AT + RANDOM);
  const labels = secrets.get(random);
  if (labels === undefined) throw new Error(`no keys for the connection from port ${port}`);
  const suite = SUITES.get(suiteOf(received.bytes));
  if (suite === undefined) throw new Error(`no TLS 1.3 with AES-GCM on the connection from port ${port}`);
  /** @param {'CLIENT' | 'SERVER'} side */
  const keysOf = (side) =>
    [`${side}_HANDSHAKE_TRAFFIC_SECRET`, `${side}_TRAFFIC_SECRET_0`].map((label) => {
      const secret = labels.get(label);
      if (secret === undefined) throw new Error(`no ${label} for the connection from port ${port}`);
      return {
        ...suite,
        key: expand(suite.hash, secret, 'key', suite.keyLength),
        iv: expand(suite.hash, secret, 'iv', 12),
      };
    });
  const client = decryptDirection(sent, keysOf('CLIENT'));
  const server = decryptDirection(received, keysOf('SERVER'));
  return {
    clientHello: pieceAt(sent, 0).first,
    serverFinished: server.finished,
    clientFinished: client.finished,
    sent: client.timed,
    received: server.timed,
  };
}

/** @param {Buffer} bytes that begin with a ServerHello */
function suiteOf(bytes) {
  const message = bytes.subarray(RECORD_HEADER);
  if (bytes[0] !== HANDSHAKE || message[0] !== SERVER_HELLO) return 0;
  const sessionLength = message.readUInt8(RANDOM_AT + RANDOM);
  return message.readUInt16BE(RANDOM_AT + RANDOM + 1 + sessionLength);
}

/**
 * HKDF-Expand-Label (RFC 8446, 7.1) with no context, of no more than one block.
 *
 * @param {string} hash
 * @param {Buffer} secret
 * @param {string} label
 * @param {number} length
 */
function expand(hash, secret, label, length) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([
    Buffer.from([length >> 8, length & 255, name.length]),
    name,
    Buffer.from([0, 1]),
  ]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

/**
 * @param {import('./flows.mjs').TimedBytes} timed
 * @param {readonly { cipher: import('node:crypto').CipherGCMTypes, key: Buffer, iv: Buffer }[]} keys of the handshake and after
 */
function decryptDirection(timed, keys) {
  const { bytes } = timed;
  /** @type {Buffer[]} */
  const payloads = [];
  /** @type {import('./flows.mjs').Piece[]} */
  const pieces = [];
  let offset = 0;
  let handshake = Buffer.alloc(0);
  let finished = Number.NaN;
  let epoch = 0;
  let number = 0;
  for (let at = 0; at + RECORD_HEADER <= bytes.length;) {
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    if (end > bytes.length) break;
    const record = bytes.subarray(at, end);
    const first = pieceAt(timed, at).first;
    const { last } = pieceAt(timed, end - 1);
    at = end;
    // Hello messages and the ChangeCipherSpec that looks like TLS 1.2 are not encrypted.
    if (record[0] !== APPLICATION_DATA) continue;
    const key = keys[epoch];
    if (key === undefined) throw new Error('a direction has two keys');
    const inner = open(key, number++, record);
    const type = inner[inner.length - 1];
    const content = inner.subarray(0, -1);
    if (type === APPLICATION_DATA && content.length > 0) {
      pieces.push({ offset, first, last });
      payloads.push(content);
      offset += content.length;
    } else if (type === HANDSHAKE && epoch === 0) {
      handshake = Buffer.concat([handshake, content]);
      while (handshake.length >= 4 && handshake.length >= 4 + handshake.readUIntBE(1, 3)) {
        if (handshake[0] === FINISHED) {
          finished = last;
          epoch = 1;
          number = 0;
        }
        handshake = handshake.subarray(4 + handshake.readUIntBE(1, 3));
      }
    } else if (type === CHANGE_CIPHER_SPEC) throw new Error('an encrypted ChangeCipherSpec');
  }
  return { finished, timed: { bytes: Buffer.concat(payloads), pieces } };
}

/**
 * @param {{ cipher: import('node:crypto').CipherGCMTypes, key: Buffer, iv: Buffer }} key
 * @param {number} number of the record
 * @param {Buffer} record
 */
function open({ cipher, key, iv }, number, record) {
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  const decipher = createDecipheriv(cipher, key, nonce);
  decipher.setAAD(record.subarray(0, RECORD_HEADER));
  decipher.setAuthTag(record.subarray(-TAG));
  const inner = Buffer.concat([decipher.update(record.subarray(RECORD_HEADER, -TAG)), decipher.final()]);
  let end = inner.length;
  while (end > 0 && inner[end - 1] === 0) end--;
  return inner.subarray(0, end);
}
