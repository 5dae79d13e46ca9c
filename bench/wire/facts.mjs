// What the wire says of each exchange on a connection.
import { pieceAt } from './flows.mjs';
import { http1Messages, http2Messages } from './messages.mjs';
import { decrypt } from './tls13.mjs';

/**
 * Times of packets, in milliseconds since the Unix epoch. The first five are of a connection's first exchange alone.
 *
 * @typedef {object} WireFacts
 * @property {number} [syn]
 * @property {number} [synAck]
 * @property {number} [clientHello]
 * @property {number} [serverFinished]
 * @property {number} [clientFinished]
 * @property {number} requestHead The packet in which the request's head ends.
 * @property {number} requestEnd The packet in which the request ends.
 * @property {number} responseStart The packet in which the response begins.
 * @property {number} responseEnd The packet in which the response ends.
 */

/**
 * The exchanges of `flow`, in their order.
 *
 * @param {import('./flows.mjs').Flow} flow
 * @param {'h1' | 'h2'} protocol
 * @param {import('./tls13.mjs').Secrets | undefined} secrets of its TLS; undefined when it has none
 * @returns {WireFacts[]}
 */
export function factsOf(flow, protocol, secrets) {
  const tls = secrets === undefined ? undefined : decrypt(flow, secrets);
  const { sent, received } = tls ?? flow;
  const messagesOf = protocol === 'h1' ? http1Messages : http2Messages;
  const requests = messagesOf(sent.bytes);
  const responses = messagesOf(received.bytes);
  return responses.flatMap((response, index) => {
    const request = requests[index];
    if (request === undefined) return [];
    return {
      ...(index === 0 && { syn: flow.syn, synAck: flow.synAck }),
      ...(index === 0 &&
        tls !== undefined && {
          clientHello: tls.clientHello,
          serverFinished: tls.serverFinished,
          clientFinished: tls.clientFinished,
        }),
      requestHead: pieceAt(sent, request.headEnd - 1).last,
      requestEnd: pieceAt(sent, request.end - 1).last,
      responseStart: pieceAt(received, response.start).first,
      responseEnd: pieceAt(received, response.end - 1).last,
    };
  });
}
