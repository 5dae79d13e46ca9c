// One measurement: a client with a tool, between a capture's start and its end.
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startCapture } from './capture.mjs';
import { CLIENTS } from './clients.mjs';
import { CURL, curl } from './curl.mjs';
import { evaluate } from './recording.mjs';

const run = promisify(execFile);
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @typedef {object} Plan
 * @property {string} client
 * @property {string} tool
 * @property {'idle' | 'busy'} loop
 * @property {number} connections
 * @property {number} bodyBytes Of a request's body, or of each part of it.
 * @property {string} dist URL of httptrace.
 * @property {string} peers Folder from which the others are found.
 */

/**
 * Starts the servers.
 *
 * @param {string} directory for files
 * @param {number} partBytes of half a response's body
 * @param {boolean} isPinned client and servers each have a core of their own
 */
export async function startBench(directory, partBytes, isPinned) {
  const certificate = join(directory, 'cert.pem');
  const serverCore = onCore(0, isPinned);
  const clientCore = onCore(1, isPinned);
  let keys = '';
  const [execPath, ...execArgv] = [...serverCore, process.execPath];
  const servers = fork(here('server.mjs'), [directory, String(partBytes)], {
    execPath: execPath ?? process.execPath,
    execArgv,
  });
  servers.on('message', (/** @type {{ keys?: string }} */ message) => (keys += message.keys ?? ''));
  const [{ ports }] = await once(servers, 'message');

  /**
   * Measures, and leaves in the directory what was recorded.
   *
   * @param {Plan} plan
   */
  async function measure(plan) {
    const { client, tool, loop } = plan;
    const server = CLIENTS[client]?.server ?? '';
    /** @type {number} */
    const port = ports[server];
    const origin = `${server === 'https' || server === 'h2' ? 'https' : 'http'}://localhost:${port}`;
    const file = join(directory, `${client}-${tool.replaceAll(' ', '-')}-${loop}`);
    keys = '';
    const capture = await startCapture(`${file}.pcap`, port, serverCore);
    const output = await (tool === 'curl' ? runCurl(plan, origin) : runClient(plan, origin));
    await capture.complete();
    const lost = await capture.stop();
    if (lost > 0) process.stderr.write(`${client}, ${tool}: ${lost} packets are missing in the capture\n`);
    const recording = { client, tool, loop, port, output };
    writeFileSync(`${file}.json`, `${JSON.stringify(recording)}\n`);
    writeFileSync(`${file}.keys`, keys);
    return evaluate(recording, readFileSync(`${file}.pcap`), keys);
  }

  /**
   * @param {Plan} plan
   * @param {string} origin
   * @returns {Promise<import('./recording.mjs').ClientOutput>}
   */
  async function runClient(plan, origin) {
    const options = JSON.stringify({ ...plan, origin });
    const [program, ...args] = [...clientCore, process.execPath, here('client.mjs'), options];
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
    const { stdout } = await run(program ?? process.execPath, args, { env, maxBuffer: 2 ** 28 });
    return JSON.parse(stdout);
  }

  /**
   * @param {Plan} plan
   * @param {string} origin
   * @returns {Promise<import('./recording.mjs').ClientOutput>}
   */
  async function runCurl({ client, connections }, origin) {
    const told = [];
    for (let i = 0; i < connections; i++)
      told.push(await curl(clientCore, CURL[client] ?? [], `${origin}/get`, certificate));
    return { clock: 'syn', told };
  }

  return { measure, stop: () => servers.disconnect() };
}

/**
 * A command that runs another one on `core`, in front of whatever else the machine does: what is measured is not to wait
 * for others. Only root may ask for that.
 *
 * @param {number} core
 * @param {boolean} isPinned
 */
function onCore(core, isPinned) {
  const isUrgent = isPinned && process.getuid?.() === 0;
  return [...(isUrgent ? ['nice', '-n', '-20'] : []), ...(isPinned ? ['taskset', '-c', String(core)] : [])];
}
