// What `curl -w` tells of one request on a new connection. It tells only times since its own start, which nobody else knows:
// so they are taken from `time_namelookup`, as if that was the moment of the SYN.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Options of curl by the client of ours with the same protocol.
 *
 * @type {Record<string, readonly string[]>}
 */
export const CURL = { http: [], https: [], h2c: ['--http2-prior-knowledge'], http2: ['--http2'] };

/**
 * @param {readonly string[]} command that runs curl on the right core
 * @param {readonly string[]} options
 * @param {string} url
 * @param {string} ca file of the certificate
 * @returns {Promise<import('./tools.mjs').Told>} with milliseconds since the name was looked up
 */
export async function curl(command, options, url, ca) {
  const quiet = ['--silent', '--show-error', '--output', '/dev/null'];
  const [program, ...args] = [
    ...command,
    'curl',
    ...quiet,
    '--cacert',
    ca,
    '--write-out',
    '%{json}',
    ...options,
    url,
  ];
  const { stdout } = await run(program ?? 'curl', args);
  const told = JSON.parse(stdout);
  const since = (/** @type {string} */ name) => (told[name] - told.time_namelookup) * 1e3;
  return {
    port: told.local_port,
    times: {
      connectDone: since('time_connect'),
      // 0 without TLS.
      ...(told.time_appconnect > 0 && { tlsHandshakeDone: since('time_appconnect') }),
      wroteHeaders: since('time_pretransfer'),
      gotFirstResponseByte: since('time_starttransfer'),
      gotLastResponseByte: since('time_total'),
    },
  };
}
