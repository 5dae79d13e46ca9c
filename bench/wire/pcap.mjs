// The TCP packets of a capture file: the classic pcap format, as tcpdump writes it, of Ethernet frames (Linux' loopback).

/**
 * One TCP packet.
 *
 * @typedef {object} Packet
 * @property {number} time Milliseconds since the Unix epoch.
 * @property {number} from Port that sent it.
 * @property {number} to Port that it was sent to.
 * @property {number} sequence Number of its first byte.
 * @property {boolean} syn
 * @property {boolean} ack
 * @property {Buffer} payload
 */

/** First four bytes of a file, as a little-endian number, and what they say. */
const MAGIC = new Map([
  [0xa1b2c3d4, { littleEndian: true, perSecond: 1e6 }],
  [0xa1b23c4d, { littleEndian: true, perSecond: 1e9 }],
  [0xd4c3b2a1, { littleEndian: false, perSecond: 1e6 }],
  [0x4d3cb2a1, { littleEndian: false, perSecond: 1e9 }],
]);
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const ETHERNET = 1;
const ETHERNET_HEADER = 14;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const IPV6_HEADER = 40;
const TCP = 6;
const SYN = 2;
const ACK = 16;

/**
 * Reads the TCP packets of `file`, in its order. What is not TCP is left out, and so is a last packet that is not whole.
 *
 * @param {Buffer} file
 * @returns {Packet[]}
 * @throws {Error} when it is no pcap file, or not of Ethernet frames.
 */
export function readPcap(file) {
  const format = file.length < FILE_HEADER ? undefined : MAGIC.get(file.readUInt32LE(0));
  if (format === undefined)
    throw new Error(`not a pcap file: it begins with ${file.subarray(0, 4).toString('hex') || 'nothing'}`);
  const { littleEndian, perSecond } = format;
  const uint32 = (/** @type {number} */ at) => (littleEndian ? file.readUInt32LE(at) : file.readUInt32BE(at));
  if (uint32(20) !== ETHERNET) throw new Error(`link type ${uint32(20)}: only Ethernet (1) is read`);
  const packets = [];
  for (let at = FILE_HEADER; at + PACKET_HEADER <= file.length;) {
    const time = uint32(at) * 1e3 + uint32(at + 4) / (perSecond / 1e3);
    const length = uint32(at + 8);
    at += PACKET_HEADER;
    if (at + length > file.length) break;
    const packet = readFrame(file.subarray(at, at + length), time);
    if (packet !== undefined) packets.push(packet);
    at += length;
  }
  return packets;
}

/**
 * @param {Buffer} frame
 * @param {number} time
 * @returns {Packet | undefined}
 */
function readFrame(frame, time) {
  const type = frame.readUInt16BE(12);
  const ip = frame.subarray(ETHERNET_HEADER);
  if (type === IPV4 && ip[9] === TCP) {
    const header = (ip.readUInt8(0) & 15) * 4;
    return readTCP(ip.subarray(header, ip.readUInt16BE(2)), time);
  }
  if (type === IPV6 && ip[6] === TCP)
    return readTCP(ip.subarray(IPV6_HEADER, IPV6_HEADER + ip.readUInt16BE(4)), time);
  return undefined;
}

/**
 * @param {Buffer} tcp
 * @param {number} time
 * @returns {Packet}
 */
function readTCP(tcp, time) {
  const flags = tcp.readUInt8(13);
  return {
    time,
    from: tcp.readUInt16BE(0),
    to: tcp.readUInt16BE(2),
    sequence: tcp.readUInt32BE(4),
    syn: (flags & SYN) !== 0,
    ack: (flags & ACK) !== 0,
    payload: tcp.subarray((tcp.readUInt8(12) >> 4) * 4),
  };
}
