// @ts-check
import { PLANS } from './plans.mjs';
import { major } from './results.mjs';
import { ROWS } from './rows.mjs';
import { bounds } from './tables.mjs';

/**
 * @typedef {import('./results.mjs').RunResult} RunResult
 * @typedef {import('./contest.mjs').ContestResult} ContestResult
 * @typedef {import('./contest.mjs').RowResult} RowResult
 */

const CLIENT_NAMES = /** @type {Record<string, string>} */ ({
  http: 'node:http',
  dial: 'node:http, a connection each',
  https: 'node:https',
  undici: 'undici.request',
  fetch: 'fetch',
  http2: 'node:http2',
});
const NEVER = '–';

/** What the pages call a client. @param {string} client */
function nameOf(client) {
  return CLIENT_NAMES[client] ?? client;
}

/**
 * What the pages quote of recorded runs, by the name between its markers. Nothing for what no run has.
 *
 * @param {readonly RunResult[]} all the last of each major version of Node
 * @param {Record<string, import('./instructions.mjs').Instructions>} [instructions] by major version
 * @returns {Record<string, string>}
 */
export function sections(all, instructions = {}) {
  const runs = all.map((run) => ({ ...run, contests: run.contests.filter(isTelling) }));
  const full = runs.find(({ plan }) => plan === 'full');
  if (full === undefined) return {};
  /** @type {Record<string, string>} */
  const made = {
    machine: `${machine(full)}${otherRuns(runs, full)}`,
    cost: costTable(full, ({ added }) => bounds(added)),
    ratio: costTable(
      full,
      ({ ratio, throughput }) => `${ratio.value.toFixed(2)} · ${throughput.value.toFixed(2)}`,
    ),
    versions: versionsTable(runs),
    memory: memoryTable(runs),
    readme: readmeSentence(runs, full),
  };
  if (full.concurrency.length > 0) made['concurrency'] = concurrencyTable(full.concurrency);
  if (full.composed !== undefined) made['composed'] = composedTable(full.composed);
  if (full.kept !== undefined) made['kept'] = keptTable(full.kept);
  if (Object.keys(instructions).length > 0) made['instructions'] = instructionsTable(instructions);
  if (full.go !== undefined) made['go'] = goSentence(full.go);
  return made;
}

/** @param {RunResult} run */
function machine(run) {
  const { cpu, cores, node, peers } = run;
  const versions = Object.entries(peers)
    .filter(([name]) => !name.endsWith('/api'))
    .map(([name, version]) => `${name} ${version}`);
  return `Node ${node}, ${cores} cores of ${cpu}, ${days(run)}; ${versions.join(', ')}.`;
}

/** When a run was measured, and which of its clients on another day. @param {RunResult} run */
function days({ date, contests }) {
  const day = date.slice(0, 10);
  const others = contests.flatMap(({ client, date: later }) =>
    later === undefined || later.startsWith(day) ? [] : [`${nameOf(client)} ${later.slice(0, 10)}`],
  );
  return [day, ...others].join(', ');
}

/**
 * @param {readonly RunResult[]} runs
 * @param {RunResult} full
 */
function otherRuns(runs, full) {
  const others = runs.filter((run) => run !== full).map((run) => `${run.node} (${days(run)})`);
  return others.length === 0 ? '' : ` Other versions of Node: ${others.join(', ')}.`;
}

/** Where nothing differs from nothing by more than half of it, no row can be told from another. @param {ContestResult} contest */
function isTelling(contest) {
  return scatter(contest) < 0.5;
}

/** By how much of a request nothing can differ from nothing. @param {ContestResult} contest */
function scatter(contest) {
  const control = find(contest, 'control');
  return control === undefined ? 0 : Math.max(control.ratio.high - 1, 1 - control.ratio.low);
}

/** Runs that scatter by more are not quoted in one sentence, which has no place for bounds and controls. */
const QUOTABLE = 0.05;

/**
 * @param {RunResult} run
 * @param {(row: RowResult) => string} cell
 */
function costTable({ contests }, cell) {
  const rows = PLANS['full']?.contests['http'] ?? [];
  return table(
    ['', ...contests.map(({ client }) => nameOf(client))],
    [
      ['nothing: µs of CPU a request', ...contests.map(({ nothing }) => nothing.cpu.toFixed(1))],
      ...rows.map((name) => [
        ROWS[name]?.title ?? name,
        ...contests.map(({ rows }) => {
          const row = rows.find((row) => row.row === name);
          return row === undefined ? NEVER : cell(row);
        }),
      ]),
    ],
  );
}

/** @param {readonly RunResult[]} runs */
function versionsTable(runs) {
  const rows = PLANS['short']?.contests['http'] ?? [];
  const lines = runs.flatMap(({ node, contests }) =>
    contests.map((contest) => [
      nameOf(contest.client),
      node,
      contest.nothing.cpu.toFixed(1),
      ...rows.map((name) => added(contest, name)),
    ]),
  );
  const sorted = lines.toSorted(([a = ''], [b = '']) => order(a) - order(b));
  return table(['client', 'Node', 'nothing', ...rows.map((name) => ROWS[name]?.title ?? name)], sorted);
}

/** @param {string} title */
function order(title) {
  return Object.values(CLIENT_NAMES).indexOf(title);
}

/** @param {readonly ContestResult[]} contests */
function concurrencyTable(contests) {
  return table(
    ['at a time', 'nothing', ROWS['observe']?.title ?? '', ROWS['record']?.title ?? ''],
    contests.map((contest) => [
      contest.concurrency.toLocaleString('en'),
      contest.nothing.cpu.toFixed(1),
      added(contest, 'observe'),
      added(contest, 'record'),
    ]),
  );
}

/** @param {ContestResult} contest */
function composedTable(contest) {
  const counts = { context: 1, context2: 2, context3: 3, context5: 5 };
  return table(
    ['traces of sixteen hooks', 'in a context', 'observing'],
    Object.entries(counts).map(([name, count]) => [
      String(count),
      added(contest, name),
      count === 1 ? added(contest, 'observe') : added(contest, `observe${count}`),
    ]),
  );
}

/** @param {ContestResult} contest */
function keptTable(contest) {
  return table(
    ['records kept', 'added'],
    contest.rows.map(({ row, added }) => [
      Number(row.slice('keep'.length)).toLocaleString('en'),
      bounds(added),
    ]),
  );
}

/**
 * Thousands of instructions, and of rows what they add to `nothing`.
 *
 * @param {Record<string, import('./instructions.mjs').Instructions>} instructions
 */
function instructionsTable(instructions) {
  const counted = Object.values(instructions).flatMap(({ node, clients }) =>
    Object.entries(clients).map(([client, counts]) => ({ client, node, counts })),
  );
  const rows = [...new Set(counted.flatMap(({ counts }) => Object.keys(counts)))].filter(
    (row) => row !== 'nothing',
  );
  const lines = counted.map(({ client, node, counts: { nothing = NaN, ...counts } }) => [
    nameOf(client),
    node,
    thousands(nothing),
    ...rows.map((row) => (counts[row] === undefined ? NEVER : thousands(counts[row] - nothing))),
  ]);
  return table(
    ['client', 'Node', 'nothing', ...rows.map((row) => ROWS[row]?.title ?? row)],
    lines.toSorted(([a = ''], [b = '']) => order(a) - order(b)),
  );
}

/** @param {number} count */
function thousands(count) {
  return (count / 1000).toFixed(1);
}

/** @param {readonly RunResult[]} runs */
function memoryTable(runs) {
  const lines = runs.flatMap(({ node, memory }) =>
    memory.map(({ client, allocation, retention }) => [
      nameOf(client),
      node,
      ...['installed', 'observe', 'record'].map((row) => whole(allocation[row]?.own)),
      whole(allocation['installed']?.all),
      whole(retention.record - retention.values),
      whole(retention.values),
      whole(retention.dropped),
    ]),
  );
  const head = ['allocated, installed', 'sixteen hooks', 'recording', 'by client and server'];
  return table(
    ['client', 'Node', ...head, 'a record retains', 'and its header values', 'once dropped'],
    lines.toSorted(([a = ''], [b = '']) => order(a) - order(b)),
  );
}

/** @param {number} [bytes] */
function whole(bytes) {
  if (bytes === undefined) return NEVER;
  return Math.round(Math.max(0, bytes)).toLocaleString('en');
}

/** @param {import('./go-client.mjs').GoResult} go */
function goSentence({ version, bare, added, ratio }) {
  return `Go ${version}'s client takes ${bare.toFixed(1)} µs of CPU a request, and its httptrace with sixteen empty hooks adds ${bounds(added)} µs: × ${bounds(ratio, 2)}.`;
}

/**
 * @param {readonly RunResult[]} runs
 * @param {RunResult} full
 */
function readmeSentence(runs, full) {
  // Requests of `dial` pay for a connection each, and the sentence is about those that do not.
  const quotable = runs
    .flatMap(({ contests }) => contests)
    .filter((contest) => contest.client !== 'dial' && scatter(contest) <= QUOTABLE);
  const observe = range(quotable.map((contest) => find(contest, 'observe')));
  const record = range(quotable.map((contest) => find(contest, 'record')));
  const http = full.contests.find(({ client }) => client === 'http');
  const ratios = ['record', 'http-timer', 'http-timer-kept', 'opentelemetry', 'dd-trace'].map((name) => {
    const row = http === undefined ? undefined : find(http, name);
    return row === undefined ? NEVER : `${Math.round((row.ratio.value - 1) * 100)} %`;
  });
  return (
    `all sixteen hooks add ${observe} µs of CPU to a request, recording everything ${record} µs, by client and version of Node, where runs are steady. ` +
    `On node:http recording is ${ratios[0]} more CPU, with 10,000 records kept; http-timer is ${ratios[1]}, and ${ratios[2]} with as many timings kept, ` +
    `OpenTelemetry ${ratios[3]}, dd-trace ${ratios[4]} (Node ${major(full)}).`
  );
}

/** From the least to the most that rows add; those that may add nothing do not count. @param {readonly (RowResult | undefined)[]} rows */
function range(rows) {
  const values = rows.flatMap((row) => (row === undefined || row.added.low <= 0 ? [] : [row.added.value]));
  if (values.length === 0) return NEVER;
  const [low, high] = [Math.min(...values).toFixed(0), Math.max(...values).toFixed(0)];
  return low === high ? low : `${low} to ${high}`;
}

/**
 * @param {ContestResult} contest
 * @param {string} name
 */
function find({ rows }, name) {
  return rows.find(({ row }) => row === name);
}

/**
 * @param {ContestResult} contest
 * @param {string} name
 */
function added(contest, name) {
  const row = find(contest, name);
  return row === undefined ? NEVER : bounds(row.added);
}

/**
 * A Markdown table, set as the formatter of the project sets it.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} lines
 */
function table(head, lines) {
  const widths = head.map((title, i) =>
    Math.max(3, title.length, ...lines.map((line) => line[i]?.length ?? 0)),
  );
  const set = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [set(head), set(widths.map((width) => '-'.repeat(width))), ...lines.map(set)].join('\n');
}
