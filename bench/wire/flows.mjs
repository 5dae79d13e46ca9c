// From packets to connections: when each was opened, and the bytes of both directions with the time of each.

/**
 * Bytes that came in pieces, and when each piece was on the wire.
 *
 * @typedef {object} TimedBytes
 * @property {Buffer} bytes
 * @property {readonly Piece[]} pieces In order, without gaps.
 */

/**
 * A packet's payload; of TLS a record, which may be in several packets.
 *
 * @typedef {object} Piece
 * @property {number} offset Of its first byte.
 * @property {number} first Time of the packet that it begins in.
 * @property {number} last Time of the packet that it ends in.
 */

/**
 * One connection of the capture.
 *
 * @typedef {object} Flow
 * @property {number} port The client's.
 * @property {number} syn
 * @property {number} synAck
 * @property {TimedBytes} sent By the client.
 * @property {TimedBytes} received By the client.
 */

/** One direction while its packets are put together. */
function newDirection() {
  return {
    initial: 0,
    length: 0,
    /** @type {Buffer[]} */
    payloads: [],
    /** @type {Piece[]} */
    pieces: [],
    /** A packet is missing: nothing can be said of this connection. */
    isBroken: false,
  };
}

/**
 * @param {ReturnType<typeof newDirection>} direction
 * @param {import('./pcap.mjs').Packet} packet
 */
function add(direction, { sequence, time, payload }) {
  const offset = (sequence - direction.initial - 1) >>> 0;
  if (offset > direction.length) direction.isBroken = true;
  // What was sent again was on the wire before.
  const fresh = payload.subarray(direction.length - offset);
  if (fresh.length === 0 || direction.isBroken) return;
  direction.pieces.push({ offset: direction.length, first: time, last: time });
  direction.payloads.push(fresh);
  direction.length += fresh.length;
}

/**
 * The connections to `serverPort`, in the order in which they were opened: a system with few ports gives a client the same one again.
 * Left out: those whose beginning or any packet is missing, and those that were opened twice.
 *
 * @param {readonly import('./pcap.mjs').Packet[]} packets
 * @param {number} serverPort
 * @returns {Flow[]}
 */
export function flowsOf(packets, serverPort) {
  /** @type {ReturnType<typeof newConnection>[]} */
  const connections = [];
  /** @type {Map<number, ReturnType<typeof newConnection>>} */
  const byPort = new Map();
  for (const packet of packets) {
    const isSent = packet.to === serverPort;
    const port = isSent ? packet.from : packet.to;
    const known = byPort.get(port);
    if (packet.syn && isSent) {
      if (known?.sent.initial === packet.sequence) known.isOpenedTwice = true;
      else {
        const connection = newConnection(packet);
        connections.push(connection);
        byPort.set(port, connection);
      }
    } else if (packet.syn && known !== undefined) {
      known.received.initial = packet.sequence;
      known.synAck = packet.time;
    } else if (packet.payload.length > 0 && known !== undefined) {
      add(isSent ? known.sent : known.received, packet);
    }
  }
  const flows = [];
  for (const { port, syn, synAck, sent, received, isOpenedTwice } of connections) {
    if (isOpenedTwice || sent.isBroken || received.isBroken || Number.isNaN(synAck)) continue;
    flows.push({ port, syn, synAck, sent: timed(sent), received: timed(received) });
  }
  return flows;
}

/** @param {import('./pcap.mjs').Packet} syn */
function newConnection({ time, from, sequence }) {
  return {
    port: from,
    syn: time,
    synAck: Number.NaN,
    sent: { ...newDirection(), initial: sequence },
    received: newDirection(),
    /** Its SYN was sent again. */
    isOpenedTwice: false,
  };
}

/**
 * @param {ReturnType<typeof newDirection>} direction
 * @returns {TimedBytes}
 */
function timed({ payloads, pieces }) {
  return { bytes: Buffer.concat(payloads), pieces };
}

/**
 * The piece that has the byte at `offset`.
 *
 * @param {TimedBytes} timed
 * @param {number} offset
 * @returns {Piece}
 */
export function pieceAt({ bytes, pieces }, offset) {
  const piece = pieces.findLast((piece) => piece.offset <= offset);
  if (piece === undefined || offset >= bytes.length)
    throw new RangeError(`byte ${offset} of ${bytes.length}: not in the capture`);
  return piece;
}
