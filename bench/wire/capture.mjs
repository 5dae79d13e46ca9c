// tcpdump on the loopback interface.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { readPcap } from './pcap.mjs';

/** Milliseconds. tcpdump is handed packets in blocks, and may wait for the processor. */
const LAST_PACKET_WITHIN = 20_000;
const LOOK_EVERY = 100;

/** There can be no capture here. */
export class CannotCapture extends Error {}

/**
 * Begins to write the packets from and to `port` into `file`.
 *
 * @param {string} file
 * @param {number} port
 * @param {readonly string[]} command that runs tcpdump on the right core
 * @returns {Promise<{ complete(): Promise<void>, stop(): Promise<number> }>} `complete` waits until all packets that were sent
 *   so far are in the file, `stop` returns how many were lost
 * @throws {CannotCapture} without tcpdump, or without the right to capture.
 */
export async function startCapture(file, port, command = []) {
  const output = openSync(file, 'w');
  const device = process.platform === 'linux' ? 'lo' : 'lo0';
  const options = ['-i', device, '-n', '-U', '-B', '65536', '--time-stamp-precision=nano', '-w', '-'];
  const [program, ...args] = [...command, 'tcpdump', ...options, `tcp port ${port}`];
  const tcpdump = spawn(program ?? 'tcpdump', args, { stdio: ['ignore', output, 'pipe'] });
  closeSync(output);
  // Also when the measurement fails.
  const end = () => tcpdump.kill();
  process.once('exit', end);
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
    async complete() {
      const sentinel = connect({ port, host: 'localhost' });
      await once(sentinel, 'connect');
      const { localPort } = sentinel;
      sentinel.destroy();
      const deadline = performance.now() + LAST_PACKET_WITHIN;
      while (!readPcap(readFileSync(file)).some(({ from }) => from === localPort)) {
        if (performance.now() > deadline)
          throw new Error(`tcpdump has not seen a connection of ${LAST_PACKET_WITHIN} ms ago: ${said}`);
        await delay(LOOK_EVERY);
      }
    },
    async stop() {
      const closed = once(tcpdump, 'close');
      tcpdump.kill('SIGINT');
      await closed;
      process.off('exit', end);
      return Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? 0);
    },
  };
}
