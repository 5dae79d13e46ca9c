// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createReadStream,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { CLIENT_CORE, SERVER_CORE, onCore } from './cores.mjs';
import { median } from './statistics.mjs';

const USAGE = `Usage: node bench/run-rate.mjs [OPTIONS]

How much of its throughput a program keeps under \`httptrace run --quiet --save FILE\` that does nothing but requests, as many
as it can, and what that takes of memory and disk. Runs without and with it alternate (ABBA); or, on a machine that does other
work, run at the same time on one core: then what disturbs one disturbs the other, and processor time a request is compared.

  --client NAME      http (default), fetch, undici
  --pairs N          default 6
  --together         both at the same time; differs by less than 1 % where they do the same. What is done by the clock and
                     not by the request counts twice, because each has half of the core
  --seconds N        of each run that are measured, after a warm-up of 30,000 requests (default 10)
  --concurrency N    requests at a time (default 16)
  --rate N           as of httptrace run (default: its own)
  --node FILE        Node that runs the program`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    client: { type: 'string', default: 'http' },
    pairs: { type: 'string', default: '6' },
    together: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    concurrency: { type: 'string', default: '16' },
    rate: { type: 'string' },
    node: { type: 'string', default: process.execPath },
  },
});

/**
 * What the program says at its end.
 *
 * @typedef {{ requests: number, rate: number, cpu: number }} Said `rate` in requests a second, `cpu` in microseconds a request
 */

/**
 * What one run took; sizes in bytes.
 *
 * @typedef {Said & { childMemory: number, parentMemory: number, parentCpu: number, spool: number, late: number }} Run
 *   `late`: milliseconds that httptrace took after the program's end; `parentCpu` in milliseconds
 */

const program = fileURLToPath(new URL('run-rate-client.mjs', import.meta.url));

/** Milliseconds in which two at once on one core have started and are warm. */
const WARM_UP_TOGETHER = 20_000;

/**
 * @param {string} origin
 * @param {number} [begin] when it begins to measure, milliseconds since the epoch; without it, when it is warm
 * @returns {readonly string[]}
 */
function programCommand(origin, begin) {
  const settings = {
    client: values.client,
    origin,
    concurrency: Number(values.concurrency),
    seconds: Number(values.seconds),
    begin,
  };
  return [...onCore(CLIENT_CORE), values.node, program, JSON.stringify(settings)];
}

/** @param {readonly string[]} command @param {string} folder for temporary files */
async function measure(command, folder) {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: folder },
  });
  let text = '';
  let saidAt = 0;
  child.stdout.on('data', (chunk) => {
    text += chunk;
    saidAt = performance.now();
  });
  const seen = { childMemory: 0, parentMemory: 0, parentCpu: 0, spool: 0 };
  const timer = setInterval(() => look(child.pid ?? 0, folder, seen), 50);
  const [code] = await once(child, 'close');
  clearInterval(timer);
  if (code !== 0) throw new Error(`the program ended with ${code}`);
  const late = performance.now() - saidAt;
  /** @type {Run} */
  const run = { ...JSON.parse(text), ...seen, late }; // run-rate-client.mjs has written it
  return run;
}

/**
 * @param {number} pid
 * @param {string} folder
 * @param {Pick<Run, 'childMemory' | 'parentMemory' | 'parentCpu' | 'spool'>} seen
 */
function look(pid, folder, seen) {
  seen.spool = Math.max(seen.spool, sizeOf(folder));
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    if (child === undefined) {
      seen.childMemory = Math.max(seen.childMemory, peakMemory(pid));
      return;
    }
    seen.parentMemory = Math.max(seen.parentMemory, peakMemory(pid));
    seen.parentCpu = Math.max(seen.parentCpu, cpuTime(pid));
    seen.childMemory = Math.max(seen.childMemory, peakMemory(Number(child)));
  } catch {
    // It has ended.
  }
}

/** @param {number} pid */
function peakMemory(pid) {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Milliseconds of processor time. @param {number} pid */
function cpuTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Bytes of all files below a folder. @param {string} folder */
function sizeOf(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    try {
      const stats = statSync(join(folder, name));
      if (stats.isFile()) bytes += stats.size;
    } catch {
      // Removed meanwhile.
    }
  }
  return bytes;
}

/** Requests that a trace file has, and that it says were lost. @param {string} file */
async function countsIn(file) {
  /** @type {Record<string, number>} */
  const lost = {};
  let saved = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    /** @type {import('../dist/trace-file/types.js').TraceLine} */
    const line = JSON.parse(text); // httptrace has written it
    if (line.type === 'roundTrip') saved++;
    if (line.type === 'lost') lost[line.reason] = (lost[line.reason] ?? 0) + line.records;
  }
  return { saved, lost, bytes: statSync(file).size };
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * @param {(begin?: number) => Promise<Run>} bare
 * @param {(begin?: number) => Promise<Run>} traced
 * @param {boolean} isBareFirst
 * @returns {Promise<[Run, Run]>}
 */
async function measurePair(bare, traced, isBareFirst) {
  if (values.together) {
    const begin = Date.now() + WARM_UP_TOGETHER;
    return Promise.all([bare(begin), traced(begin)]);
  }
  if (isBareFirst) return [await bare(), await traced()];
  const within = await traced();
  return [await bare(), within];
}

/** @param {string} bin @param {string} origin @param {string} folder */
async function compare(bin, origin, folder) {
  const save = join(folder, 'saved.jsonl');
  const rate = values.rate === undefined ? [] : ['--rate', values.rate];
  const words = ['run', '--quiet', '--save', save, ...rate, '--'];
  const traced = [...onCore(SERVER_CORE), process.execPath, bin, ...words];
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const ratios = [];
  let isAllCounted = true;
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    const [without, within] = await measurePair(
      (begin) => measure(programCommand(origin, begin), temporary),
      (begin) => measure([...traced, ...programCommand(origin, begin)], temporary),
      pair % 2 === 0,
    );
    const { saved, bytes, lost } = await countsIn(save);
    const counted = saved + Object.values(lost).reduce((sum, records) => sum + records, 0);
    if (counted !== within.requests) isAllCounted = false;
    const ratio = values.together ? without.cpu / within.cpu : within.rate / without.rate;
    ratios.push(ratio);
    console.log(
      [
        `${without.rate.toFixed(0)}/s bare, ${within.rate.toFixed(0)}/s traced, ${without.cpu.toFixed(1)} and ${within.cpu.toFixed(1)} µs of processor time each: ${(100 * ratio).toFixed(1)} %`,
        `made ${within.requests}, saved ${saved}, lost ${JSON.stringify(lost)}, unexplained ${within.requests - counted}`,
        `peak memory ${megabytes(without.childMemory)} bare, ${megabytes(within.childMemory)} traced, ${megabytes(within.parentMemory)} httptrace`,
        `spool at most ${megabytes(within.spool)}, file ${megabytes(bytes)}`,
        `httptrace took ${within.parentCpu} ms of processor time, and ${within.late.toFixed(0)} ms after the end`,
      ].join('\n  '),
    );
  }
  const sorted = ratios.toSorted((a, b) => a - b).map((ratio) => `${(100 * ratio).toFixed(1)} %`);
  console.log(
    `${values.together ? 'throughput by processor time' : 'throughput'}: ${(100 * median(ratios)).toFixed(1)} % (${sorted[0]} to ${sorted.at(-1)})`,
  );
  console.log(isAllCounted ? 'every request is saved or counted' : 'NOT every request is saved or counted');
}

if (values.help) {
  console.log(USAGE);
} else {
  const build = copyBuild();
  // The command has dependencies, which the library has not.
  symlinkSync(new URL('../node_modules', import.meta.url), new URL('../node_modules', build.url));
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-run-rate-'));
  const [file, ...args] = [
    ...onCore(SERVER_CORE),
    process.execPath,
    fileURLToPath(new URL('run-rate-server.mjs', import.meta.url)),
    values.client,
  ];
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [origin] = await once(server.stdout, 'data');
    await compare(fileURLToPath(new URL('cli/bin.js', build.url)), String(origin).trim(), folder);
  } finally {
    server.kill();
    build.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
