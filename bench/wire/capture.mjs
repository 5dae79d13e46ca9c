// tcpdump on the loopback interface.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** tcpdump hands packets over in blocks, the last of them after a second. */
const LAST_BLOCK = 1200;

/** There can be no capture here. */
export class CannotCapture extends Error {}

/**
 * Begins to write the packets from and to `port` into `file`.
 *
 * @param {string} file
 * @param {number} port
 * @param {readonly string[]} command that runs tcpdump on the right core
 * @returns {Promise<{ stop(): Promise<number> }>} `stop` returns how many packets were lost
 * @throws {CannotCapture} without tcpdump, or without the right to capture.
 */
export async function startCapture(file, port, command = []) {
  const output = openSync(file, 'w');
  const device = process.platform === 'linux' ? 'lo' : 'lo0';
  const options = ['-i', device, '-n', '-B', '65536', '--time-stamp-precision=nano', '-w', '-'];
  const [program, ...args] = [...command, 'tcpdump', ...options, `tcp port ${port}`];
  const tcpdump = spawn(program ?? 'tcpdump', args, { stdio: ['ignore', output, 'pipe'] });
  closeSync(output);
  let said = '';
  const listening = new Promise((resolve, reject) => {
    tcpdump.on('error', (error) =>
      reject(new CannotCapture(`tcpdump could not be started: ${error.message}`)),
    );
    tcpdump.on('close', () => reject(new CannotCapture(`tcpdump stopped: ${said.trim()}`)));
    tcpdump.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.includes('listening on')) resolve(undefined);
    });
  });
  await listening;
  return {
    async stop() {
      await delay(LAST_BLOCK);
      const closed = once(tcpdump, 'close');
      tcpdump.kill('SIGINT');
      await closed;
      return Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? 0);
    },
  };
}
