// How precise the hooks are: their times beside a packet capture of the same requests, for each client, on an idle and on a
// busy event loop, and what peers tell of the same facts. Needs tcpdump, the right to capture (root), and openssl; without
// the first two it says so and measures nothing. `npm run build` before.
//
//   node bench/wire/run.mjs [--client NAME]... [--tool NAME]... [--loop idle|busy]... [--requests N] [--json FILE] [--keep FOLDER]
//
// --json adds the run to FILE, in place of an earlier one on the same version of Node. --keep leaves
// captures, keys and what was told in FOLDER. About 10 to 15 minutes with 300 connections
// (900 requests) for each client, tool and loop.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startBench } from './bench.mjs';
import { CannotCapture, startCapture } from './capture.mjs';
import { CLIENTS, KINDS } from './clients.mjs';
import { CURL } from './curl.mjs';
import { TOOLS } from './tools.mjs';

// Ended from outside, it still ends its tcpdump.
process.once('SIGTERM', () => process.exit(143));

const { values } = parseArgs({
  options: {
    client: { type: 'string', multiple: true, default: Object.keys(CLIENTS) },
    tool: { type: 'string', multiple: true, default: [...Object.keys(TOOLS), 'curl'] },
    loop: { type: 'string', multiple: true, default: ['idle', 'busy'] },
    busy: { type: 'boolean', default: false },
    requests: { type: 'string', default: '900' },
    'body-bytes': { type: 'string', default: '32768' },
    'part-bytes': { type: 'string', default: '8192' },
    dist: { type: 'string', default: new URL('../../dist/index.js', import.meta.url).href },
    // Where node_modules has the peers.
    peers: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    json: { type: 'string' },
    keep: { type: 'string' },
  },
});
const loops = values.busy ? ['busy'] : values.loop;
const connections = Math.ceil(Number(values.requests) / KINDS.length);

function plans() {
  const plans = [];
  for (const client of values.client) {
    if (!(client in CLIENTS))
      throw new Error(`--client ${client}: one of ${Object.keys(CLIENTS).join(', ')}`);
    for (const tool of values.tool) {
      const clients = tool === 'curl' ? Object.keys(CURL) : TOOLS[tool]?.clients;
      if (clients === undefined)
        throw new Error(`--tool ${tool}: one of ${[...Object.keys(TOOLS), 'curl'].join(', ')}`);
      if (!clients.includes(client)) continue;
      for (const loop of loops) {
        // curl has no event loop.
        if (loop === 'busy' && tool === 'curl') continue;
        plans.push({ client, tool, loop });
      }
    }
  }
  return plans;
}

const directory = values.keep ?? mkdtempSync(join(tmpdir(), 'httptrace-wire-'));
mkdirSync(directory, { recursive: true });
try {
  await (await startCapture(join(directory, 'try.pcap'), 1)).stop();
  await measureAll();
} catch (error) {
  if (!(error instanceof CannotCapture)) throw error;
  console.log(`skipped: no packets can be captured here. ${error.message}`);
} finally {
  if (values.keep === undefined) rmSync(directory, { recursive: true });
}

async function measureAll() {
  const started = new Date().toISOString();
  const isPinned = process.platform === 'linux' && availableParallelism() > 1;
  const bench = await startBench(directory, Number(values['part-bytes']), isPinned);
  const measurements = [];
  try {
    for (const plan of plans()) {
      const options = {
        connections,
        bodyBytes: Number(values['body-bytes']),
        dist: values.dist,
        peers: values.peers,
      };
      const measurement = await bench.measure({ ...plan, ...options });
      measurements.push(measurement);
      print(measurement);
    }
  } finally {
    bench.stop();
  }
  if (values.json !== undefined)
    save(values.json, { node: process.version, started, cpu: cpus()[0]?.model ?? 'unknown', measurements });
}

function print({ client, tool, loop, requests, unmatched, drift, errors }) {
  const clock = drift === undefined ? '' : `, clocks drifted ${drift} µs`;
  console.log(`\n${client}, ${tool}, ${loop}: ${requests} requests, ${unmatched} not found${clock}`);
  for (const [row, { n, p1, median, p99, absMedian, absP99 }] of Object.entries(errors)) {
    const number = (value) => value.toFixed(0).padStart(7);
    console.log(
      `${row.padEnd(22)}${number(n)}  median${number(median)}  p1${number(p1)}  p99${number(p99)}  size${number(absMedian)}, p99${number(absP99)} µs`,
    );
  }
}

function save(file, run) {
  let runs = [];
  try {
    ({ runs } = JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const major = (version) => Number.parseInt(version.slice(1), 10);
  const others = runs.filter(({ node }) => major(node) !== major(run.node));
  const all = [...others, run].sort((a, b) => major(a.node) - major(b.node));
  writeFileSync(file, `${JSON.stringify({ runs: all }, undefined, 2)}\n`);
}
