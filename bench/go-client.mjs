// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { CLIENT_CORE, SERVER_CORE, answerOf, forkOn, onCore } from './cores.mjs';
import { estimate, median } from './statistics.mjs';

/** @typedef {{ version: string, bare: number, added: import('./statistics.mjs').Estimate, ratio: import('./statistics.mjs').Estimate }} GoResult CPU microseconds a request */

const source = fileURLToPath(new URL('go/', import.meta.url));
const folder = fileURLToPath(new URL('../.cache/bench/', import.meta.url));
const serverModule = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/**
 * What httptrace's sixteen hooks, empty, cost Go's own client. Go's code does not change while it runs, so that blocks with
 * and without can share a process.
 *
 * @param {{ concurrency: number, pairs: number, requests: number }} options
 * @returns {Promise<GoResult | undefined>} undefined without Go
 */
export async function goClient({ concurrency, pairs, requests }) {
  const version = /go(1\.\S+)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  if (version === undefined) return undefined;
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'go-client');
  const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: source,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go build failed in bench/go:\n${stderr}`);
  const server = forkOn(serverModule, { client: 'http' }, SERVER_CORE);
  try {
    const settings = [await answerOf(server), concurrency, pairs, requests].map(String);
    const [command = program, ...args] = [...onCore(CLIENT_CORE), program, ...settings];
    const client = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GOMAXPROCS: '1' },
    });
    let output = '';
    client.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
    const [code] = await once(client, 'close');
    if (code !== 0) throw new Error(`bench/go ended with ${code}`);
    const results = output
      .trim()
      .split('\n')
      .map((line) => /** @type {{ bare: number, traced: number }} */ (JSON.parse(line))); // main.go prints it
    return {
      version,
      bare: median(results.map(({ bare }) => bare)),
      added: estimate(results.map(({ bare, traced }) => traced - bare)),
      ratio: estimate(results.map(({ bare, traced }) => traced / bare)),
    };
  } finally {
    server.kill();
  }
}
