// From what was recorded of one measurement to its errors.
import { CLIENTS, KINDS } from './clients.mjs';
import { toRealtime } from './clock.mjs';
import { compare, summarize } from './errors.mjs';
import { factsOf } from './facts.mjs';
import { flowsOf } from './flows.mjs';
import { readPcap } from './pcap.mjs';
import { readKeyLog } from './tls13.mjs';

/**
 * What was recorded, beside the capture and the TLS keys.
 *
 * @typedef {object} Recording
 * @property {string} client
 * @property {string} tool
 * @property {'idle' | 'busy'} loop
 * @property {number} port The server's.
 * @property {ClientOutput} output
 */

/**
 * What the client process printed.
 *
 * @typedef {object} ClientOutput
 * @property {'monotonic' | 'realtime' | 'syn'} clock Which the times are of; `syn`: milliseconds since the SYN.
 * @property {import('./clock.mjs').ClockReading} [start]
 * @property {import('./clock.mjs').ClockReading} [end]
 * @property {import('./tools.mjs').Told[]} told
 */

/**
 * What one measurement found.
 *
 * @typedef {object} Measurement
 * @property {string} client
 * @property {string} tool
 * @property {'idle' | 'busy'} loop
 * @property {number} requests How many were found on the wire.
 * @property {number} unmatched How many were not.
 * @property {number} [drift] Microseconds by which the clocks moved against each other meanwhile, corrected.
 * @property {Record<string, import('./errors.mjs').Errors>} errors By row.
 */

/**
 * @param {Recording} recording
 * @param {Buffer} capture
 * @param {string} keys
 * @returns {Measurement}
 */
export function evaluate({ client, tool, loop, port, output }, capture, keys) {
  const server = CLIENTS[client]?.server;
  const flows = flowsOf(readPcap(capture), port);
  const secrets = server === 'https' || server === 'h2' ? readKeyLog(keys) : undefined;
  const protocol = server === 'h2' || server === 'h2c' ? 'h2' : 'h1';
  // Only of the ports that were told: other connections are none of the client's.
  const ports = new Set(output.told.map(({ port }) => port));
  /** @type {Map<number, import('./facts.mjs').WireFacts[]>} */
  const facts = new Map();
  for (const flow of flows) {
    if (!ports.has(flow.port)) continue;
    facts.set(flow.port, [...(facts.get(flow.port) ?? []), ...factsOf(flow, protocol, secrets)]);
  }
  const factsOfPort = (/** @type {number} */ clientPort) => facts.get(clientPort) ?? [];
  /** How many requests of each port there were before. @type {Map<number | undefined, number>} */
  const before = new Map();
  const told = output.told.map((request) => {
    const index = before.get(request.port) ?? 0;
    before.set(request.port, index + 1);
    const syn = request.port === undefined ? undefined : factsOfPort(request.port)[index]?.syn;
    return onRealtime(request, output, syn);
  });
  const { errors, matched } = compare(told, factsOfPort, tool === 'curl' ? KINDS.slice(0, 1) : KINDS);
  return {
    client,
    tool,
    loop,
    requests: matched,
    unmatched: told.length - matched,
    ...(output.clock === 'monotonic' &&
      output.start !== undefined &&
      output.end !== undefined && {
        drift: Math.round((output.end.offset - output.start.offset) * 1e4) / 10,
      }),
    errors: Object.fromEntries([...errors].map(([row, list]) => [row, summarize(list)])),
  };
}

/**
 * @param {import('./tools.mjs').Told} told
 * @param {ClientOutput} output
 * @param {number | undefined} syn of its connection
 * @returns {import('./tools.mjs').Told}
 */
function onRealtime({ port, times }, { clock, start, end }, syn) {
  /** @param {number} time */
  function convert(time) {
    if (clock === 'syn') return (syn ?? Number.NaN) + time;
    if (clock === 'realtime' || start === undefined || end === undefined) return time;
    return toRealtime(time, start, end);
  }
  return {
    port,
    times: Object.fromEntries(Object.entries(times).map(([hook, time]) => [hook, convert(time)])),
  };
}
