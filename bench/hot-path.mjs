// What tracing costs on the hot path: a GET on a reused connection. The server runs in the same process: with
// one on the other core, a slower client lets it fall asleep more often, and the client's write() then pays for waking it
// (more than tracing costs). Blocks with and without tracing are
// interleaved in random order in one process; the figure is the median of the paired differences in CPU time a request,
// with bounds from the order statistics (95 %). Absolute times depend on the machine; differences and ratios are the result.
//
//   node bench/hot-path.mjs [--client http|undici|fetch|http2] [--rounds 200] [--requests 400] [--mode context16|context20|observe|record]... [--json]
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { CLIENTS } from './clients.mjs';
import { createServer } from './server.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    requests: { type: 'string', default: '400' },
    concurrency: { type: 'string', default: '16' },
    client: { type: 'string', default: 'http' },
    mode: { type: 'string', multiple: true },
    dist: { type: 'string', default: new URL('../dist/index.js', import.meta.url).href },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const concurrency = Number(values.concurrency);
const { runWithClientTrace, observe, Recorder } = await import(values.dist);

const GO = [
  'getConn',
  'gotConn',
  'putIdleConn',
  'gotFirstResponseByte',
  'got100Continue',
  'got1xxResponse',
  'dnsStart',
  'dnsDone',
  'connectStart',
  'connectDone',
  'tlsHandshakeStart',
  'tlsHandshakeDone',
  'wroteHeaderField',
  'wroteHeaders',
  'wait100Continue',
  'wroteRequest',
];
const MORE = ['roundTripStart', 'gotResponse', 'gotLastResponseByte', 'roundTripDone'];
const trace = (names) => Object.fromEntries(names.map((name) => [name, () => {}]));

const go = trace(GO);
const all = trace([...GO, ...MORE]);
const MODES = {
  // base against base: what the method itself scatters.
  control: (block) => block(),
  context16: (block) => runWithClientTrace(go, block),
  context20: (block) => runWithClientTrace(all, block),
  observe: async (block) => {
    const watching = observe(() => go);
    await block();
    watching[Symbol.dispose]();
  },
  record: async (block) => {
    const watching = observe(new Recorder({ limit: 0, onRecord() {} }).factory);
    await block();
    watching[Symbol.dispose]();
  },
};

const server = createServer(values.client === 'http2');
await once(server.listen(0, '127.0.0.1'), 'listening');
const client = CLIENTS[values.client](`http://127.0.0.1:${server.address().port}`, concurrency);

async function block() {
  let left = requests;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await client.get();
    }),
  );
}

async function cpuPerRequest(run) {
  const before = process.cpuUsage();
  await run(block);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

const base = (block) => block();
const results = [];
for (const name of values.mode ?? ['control', 'context16', 'context20', 'observe']) {
  const run = MODES[name];
  for (let i = 0; i < 4; i++) {
    await cpuPerRequest(base);
    await cpuPerRequest(run);
  }
  const bases = [];
  const differences = [];
  for (let i = 0; i < rounds; i++) {
    const tracedFirst = Math.random() < 0.5;
    const first = await cpuPerRequest(tracedFirst ? run : base);
    const second = await cpuPerRequest(tracedFirst ? base : run);
    bases.push(tracedFirst ? second : first);
    differences.push(tracedFirst ? first - second : second - first);
  }
  const sorted = differences.toSorted((a, b) => a - b);
  const half = (1.96 * Math.sqrt(rounds)) / 2;
  const at = (index) => sorted[Math.max(0, Math.min(rounds - 1, Math.round(index)))];
  const baseline = bases.toSorted((a, b) => a - b)[rounds >> 1];
  results.push({
    mode: name,
    base: baseline,
    added: at(rounds / 2),
    low: at(rounds / 2 - half),
    high: at(rounds / 2 + half - 1),
  });
}
await client.close();
server.close();
server.closeAllConnections?.();

if (values.json)
  console.log(
    JSON.stringify({ client: values.client, node: process.version, rounds, requests, concurrency, results }),
  );
else {
  console.log(
    `${values.client}, node ${process.version}, ${rounds} pairs of ${requests} requests, ${concurrency} at a time; CPU µs a request`,
  );
  for (const { mode, base, added, low, high } of results) {
    const f = (n) => n.toFixed(2).padStart(7);
    console.log(`${mode.padEnd(10)} bare ${f(base)}  added ${f(added)}  (95 %: ${f(low)} to ${f(high)})`);
  }
}
