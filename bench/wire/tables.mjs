// The tables of docs/precision.md, made of bench/results/wire.json.
import { CLIENTS, KINDS } from './clients.mjs';
import { COMPARED } from './errors.mjs';

/**
 * One run of run.mjs.
 *
 * @typedef {object} Run
 * @property {string} node
 * @property {string} started
 * @property {string} cpu
 * @property {import('./recording.mjs').Measurement[]} measurements
 */

const NONE = '–';
const NAMES = {
  http: 'node:http',
  https: 'node:https',
  undici: 'undici',
  'undici-tls': 'undici, TLS',
  fetch: 'fetch',
  'fetch-tls': 'fetch, TLS',
  h2c: 'node:http2, h2c',
  http2: 'node:http2, TLS',
};

/** Rows in their order, with the kind of request where that matters. */
const ROWS = COMPARED.flatMap(({ row }) =>
  row.startsWith('wrote') ? KINDS.map((kind) => `${row} ${kind}`) : [row],
);

/**
 * The page with its tables made anew: each is between `<!-- wire: NAME -->` and `<!-- /wire -->`.
 *
 * @param {string} page
 * @param {readonly Run[]} runs in order of Node's versions
 * @returns {string}
 * @throws {Error} when the page asks for a table that there is none of.
 */
export function withTables(page, runs) {
  const tables = tablesOf(runs);
  return page.replace(
    /(<!-- wire: (.+?) -->\n)[^]*?(<!-- \/wire -->)/g,
    (_, /** @type {string} */ begin, /** @type {string} */ name, /** @type {string} */ end) => {
      const table = tables.get(name);
      if (table === undefined) throw new Error(`no table ${name}: one of ${[...tables.keys()].join(', ')}`);
      return `${begin}\n${table}\n\n${end}`;
    },
  );
}

/** @param {readonly Run[]} runs */
function tablesOf(runs) {
  const newest = runs.at(-1);
  if (newest === undefined) throw new Error('no run: node bench/wire/run.mjs --json bench/results/wire.json');
  return new Map([
    ['idle', hooksTable(newest, 'idle')],
    ['busy', hooksTable(newest, 'busy')],
    ['peers', peersTable(newest)],
    ['versions', versionsTable(runs)],
    ['runs', runsTable(runs)],
  ]);
}

/**
 * @param {Run} run
 * @param {'idle' | 'busy'} loop
 */
function hooksTable(run, loop) {
  const clients = Object.keys(CLIENTS);
  return table(
    ['hook', ...clients.map(nameOf)],
    ROWS.map((row) => [row, ...clients.map((client) => figure(run, client, 'httptrace', loop, row))]),
  );
}

/** @param {Run} run */
function peersTable(run) {
  const rows = [];
  for (const client of Object.keys(CLIENTS)) {
    for (const row of ROWS) {
      const others = [
        ...['http-timer', 'undici channels'].flatMap((tool) => [
          figure(run, client, tool, 'idle', row),
          figure(run, client, tool, 'busy', row),
        ]),
        figure(run, client, 'curl', 'idle', row),
      ];
      if (others.every((other) => other === NONE)) continue;
      const idle = figure(run, client, 'httptrace', 'idle', row);
      rows.push([nameOf(client), row, idle, figure(run, client, 'httptrace', 'busy', row), ...others]);
    }
  }
  const peers = ['http-timer', 'http-timer, busy', 'undici channels', 'undici channels, busy', 'curl -w'];
  return table(['client', 'hook', 'httptrace', 'httptrace, busy', ...peers], rows);
}

/** @param {readonly Run[]} runs */
function versionsTable(runs) {
  return table(
    ['hook', 'Node', ...Object.keys(CLIENTS).map(nameOf)],
    ROWS.flatMap((row) =>
      runs.map((run) => [
        row,
        run.node.slice(1),
        ...Object.keys(CLIENTS).map((client) => figure(run, client, 'httptrace', 'idle', row)),
      ]),
    ),
  );
}

/** @param {readonly Run[]} runs */
function runsTable(runs) {
  return table(
    ['Node', 'when', 'requests', 'not found in the capture', 'processor'],
    runs.map(({ node, started, cpu, measurements }) => [
      node.slice(1),
      started.slice(0, 10),
      String(total(measurements, 'requests')),
      String(total(measurements, 'unmatched')),
      cpu,
    ]),
  );
}

/**
 * @param {readonly import('./recording.mjs').Measurement[]} measurements
 * @param {'requests' | 'unmatched'} of
 */
function total(measurements, of) {
  return measurements.reduce((sum, measurement) => sum + measurement[of], 0);
}

/**
 * Median, and in brackets the p99 of the sizes.
 *
 * @param {Run} run
 * @param {string} client
 * @param {string} tool
 * @param {'idle' | 'busy'} loop
 * @param {string} row
 */
function figure(run, client, tool, loop, row) {
  const measurement = run.measurements.find(
    (other) => other.client === client && other.tool === tool && other.loop === loop,
  );
  const errors = measurement?.errors[row];
  return errors === undefined ? NONE : `${Math.round(errors.median)} (${Math.round(errors.absP99)})`;
}

/** @param {string} client */
function nameOf(client) {
  return NAMES[/** @type {keyof typeof NAMES} */ (client)];
}

/**
 * As the formatter writes it.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
