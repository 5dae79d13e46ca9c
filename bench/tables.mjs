// @ts-check

/**
 * @typedef {import('./statistics.mjs').Estimate} Estimate
 * @typedef {import('./contest.mjs').ContestResult} ContestResult
 */

/**
 * @param {Estimate} estimate
 * @param {number} [digits]
 */
export function bounds({ value, low, high }, digits = 1) {
  return `${fixed(value, digits)} (${fixed(low, digits)} to ${fixed(high, digits)})`;
}

/**
 * @param {number} value
 * @param {number} digits
 */
function fixed(value, digits) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text; // no -0.0
}

/**
 * A contest as text for a terminal.
 *
 * @param {ContestResult} result
 */
export function contestTable({ client, concurrency, inside, nothing, rows }) {
  const title =
    `${client}, Node ${process.versions.node}, ${concurrency} at a time, server ${inside ? 'in the same process' : 'on the other core'}: ` +
    `${nothing.cpu.toFixed(1)} µs of CPU a request, ${Math.round(nothing.requestsPerSecond)} requests/s, busy ${Math.round(nothing.busy * 100)} %`;
  const lines = rows.map(({ row, added, quiet, ratio, throughput }) =>
    [
      `  ${row.padEnd(24)}`,
      `added ${bounds(added).padEnd(22)}`,
      `quiet ${bounds(quiet).padEnd(22)}`,
      `CPU × ${bounds(ratio, 3).padEnd(24)}`,
      `requests/s × ${bounds(throughput, 3)}`,
    ].join('  '),
  );
  return [title, ...lines].join('\n');
}

/**
 * @param {string} client
 * @param {import('./toggle.mjs').ToggleResult} result
 */
export function toggleLine(client, { row, bare, added, ratio }) {
  return `${client}  ${row.padEnd(12)}  bare ${bare.toFixed(1)}  added ${bounds(added)}  CPU × ${bounds(ratio, 3)}  (switched on and off in one process)`;
}

/** @param {import('./memory.mjs').MemoryResult} result */
export function memoryLine({ client, allocation, retention }) {
  const allocated = Object.entries(allocation).map(
    ([row, { own, where }]) =>
      `  allocated a request, ${row}: ${own.toFixed(0)} bytes${where.map(([name, bytes]) => `\n    ${bytes} ${name}`).join('')}`,
  );
  const { record, read, values, dropped } = retention;
  const kept = `  retained a record: ${record.toFixed(0)} bytes (${read.toFixed(0)} once read), of which header values ${values.toFixed(0)}; once dropped ${dropped.toFixed(1)}`;
  return [`${client}, memory`, ...allocated, kept].join('\n');
}

/** @param {import('./go-client.mjs').GoResult} result */
export function goLine({ version, bare, added, ratio }) {
  return `Go ${version}: bare ${bare.toFixed(1)}  added ${bounds(added)}  CPU × ${bounds(ratio, 3)}`;
}
