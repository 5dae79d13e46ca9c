// How far what was told is from what was on the wire.

/**
 * Which packet each hook is compared with. The client's handshake is over when it has read the server's Finished; its own,
 * which node:tls sends after it has told so, is compared too.
 *
 * @type {readonly { row: string, hook: string, fact: keyof import('./facts.mjs').WireFacts }[]}
 */
export const COMPARED = [
  { row: 'connectStart', hook: 'connectStart', fact: 'syn' },
  { row: 'connectDone', hook: 'connectDone', fact: 'synAck' },
  { row: 'tlsHandshakeStart', hook: 'tlsHandshakeStart', fact: 'clientHello' },
  { row: 'tlsHandshakeDone', hook: 'tlsHandshakeDone', fact: 'serverFinished' },
  { row: 'tlsHandshakeDone, own', hook: 'tlsHandshakeDone', fact: 'clientFinished' },
  { row: 'wroteHeaders', hook: 'wroteHeaders', fact: 'requestHead' },
  { row: 'wroteRequest', hook: 'wroteRequest', fact: 'requestEnd' },
  { row: 'gotFirstResponseByte', hook: 'gotFirstResponseByte', fact: 'responseStart' },
  { row: 'gotLastResponseByte', hook: 'gotLastResponseByte', fact: 'responseEnd' },
];

/**
 * Microseconds between what was told and what was on the wire: positive is told late.
 *
 * @typedef {object} Errors
 * @property {number} n
 * @property {number} p1
 * @property {number} median
 * @property {number} p99
 * @property {number} absMedian Median of the sizes.
 * @property {number} absP99
 */

/**
 * Puts what was told of each request beside the exchange on the wire, by the client's port and the order on it, also where
 * the port was used again.
 *
 * @param {readonly import('./tools.mjs').Told[]} told with times in milliseconds since the Unix epoch
 * @param {(port: number) => readonly import('./facts.mjs').WireFacts[]} factsOfPort in the order of the wire
 * @param {readonly string[]} kinds of the requests on each connection, in their order
 * @returns {{ errors: Map<string, number[]>, matched: number }} by row of {@link COMPARED}, and the kind of request where that matters
 */
export function compare(told, factsOfPort, kinds) {
  /** @type {Map<number, import('./tools.mjs').Told[]>} */
  const byPort = new Map();
  for (const request of told) {
    const { port } = request;
    if (port === undefined) continue;
    const before = byPort.get(port);
    if (before === undefined) byPort.set(port, [request]);
    else before.push(request);
  }
  /** @type {Map<string, number[]>} */
  const errors = new Map();
  let matched = 0;
  for (const [port, requests] of byPort) {
    const facts = factsOfPort(port);
    // Otherwise nobody knows which is which: a client may have opened another connection in between.
    if (facts.length !== requests.length || requests.length % kinds.length !== 0) continue;
    for (const [index, { times }] of requests.entries()) {
      matched++;
      for (const { row, hook, fact } of COMPARED) {
        const time = times[hook];
        const wire = facts[index]?.[fact];
        if (time === undefined || wire === undefined) continue;
        const name = hook.startsWith('wrote') ? `${row} ${kinds[index % kinds.length]}` : row;
        const list = errors.get(name);
        if (list === undefined) errors.set(name, [(time - wire) * 1e3]);
        else list.push((time - wire) * 1e3);
      }
    }
  }
  return { errors, matched };
}

/**
 * @param {readonly number[]} errors in microseconds; at least one
 * @returns {Errors}
 */
export function summarize(errors) {
  const signed = errors.toSorted((a, b) => a - b);
  const sizes = errors.map(Math.abs).toSorted((a, b) => a - b);
  return {
    n: errors.length,
    p1: quantile(signed, 0.01),
    median: quantile(signed, 0.5),
    p99: quantile(signed, 0.99),
    absMedian: quantile(sizes, 0.5),
    absP99: quantile(sizes, 0.99),
  };
}

/**
 * The nearest rank, to a tenth.
 *
 * @param {readonly number[]} sorted
 * @param {number} share
 */
function quantile(sorted, share) {
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return Math.round((sorted[rank] ?? Number.NaN) * 10) / 10;
}
