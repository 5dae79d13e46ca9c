import { createSocket } from 'node:dgram';

const HEADER_LENGTH = 12;
const TYPE_A = 1;
/** A response, recursion available, no error. */
const FLAGS = 0x8180;

/** Answers each question for an IPv4 address (RFC 1035) with the same one; other questions have no answer. */
export function startNameServer(address: string): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address: client }) =>
    socket.send(reply(query, address), port, client),
  );
  return new Promise((resolve) => socket.bind(53, () => resolve()));
}

function reply(query: Buffer, address: string): Buffer {
  const question = query.subarray(HEADER_LENGTH, query.indexOf(0, HEADER_LENGTH) + 5);
  const isA = question.readUInt16BE(question.length - 4) === TYPE_A;
  const header = Buffer.alloc(HEADER_LENGTH);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(FLAGS, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isA ? 1 : 0, 6);
  if (!isA) return Buffer.concat([header, question]);
  // The name is the one at offset 12; type A, class IN, 60 s, 4 bytes.
  const answer = Buffer.from([
    0xc0,
    HEADER_LENGTH,
    0,
    TYPE_A,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    4,
    ...address.split('.').map(Number),
  ]);
  return Buffer.concat([header, question, answer]);
}
