// @ts-check

/**
 * CPU of watched blocks to that of others, by client and row. `control` compares like with like.
 *
 * @typedef {Record<string, Record<string, import('./statistics.mjs').Estimate>>} Ratios
 * @typedef {{ isTooMuch: boolean, text: string }} Verdict
 */

/**
 * What to compare with: recorded on the same processor, else the most that any has recorded for a row. What tracing adds, as a
 * part of a request, is twice as much on some as on others.
 *
 * @param {Record<string, Ratios>} byCpu
 * @param {string} cpu
 * @returns {Ratios | undefined}
 */
export function referenceFor(byCpu, cpu) {
  const same = byCpu[cpu];
  if (same !== undefined) return same;
  /** @type {Ratios} */
  const most = {};
  for (const ratios of Object.values(byCpu)) {
    for (const [client, rows] of Object.entries(ratios)) {
      const known = (most[client] ??= {});
      for (const [row, ratio] of Object.entries(rows)) {
        if ((known[row]?.value ?? 0) < ratio.value) known[row] = ratio;
      }
    }
  }
  return Object.keys(most).length === 0 ? undefined : most;
}

/** How many times what was recorded a row may add. Less would fail by chance; more would let everything pass. */
const FACTOR = 2;

/**
 * Whether rows add more than twice what was recorded, and what the control scatters in this run beyond that.
 *
 * @param {Ratios} measured
 * @param {Ratios | undefined} recorded of the same major version of Node
 * @returns {Verdict[]}
 */
export function judge(measured, recorded) {
  return Object.entries(measured).flatMap(([client, { control, ...rows }]) => {
    const scatter = control === undefined ? 0 : Math.max(control.high - 1, 1 - control.low, 0);
    return Object.entries(rows).map(([row, ratio]) => {
      const before = recorded?.[client]?.[row]?.value;
      const added = `${client}, ${row}: adds ${percent(ratio.value - 1)} of CPU`;
      if (before === undefined)
        return { isTooMuch: false, text: `${added}; nothing is recorded to compare with` };
      const limit = FACTOR * Math.max(0, before - 1) + scatter;
      const isTooMuch = ratio.value - 1 > limit;
      const text = `${added}; recorded ${percent(before - 1)}, control ±${percent(scatter)}, limit ${percent(limit)}`;
      return { isTooMuch, text: isTooMuch ? `${text}: TOO MUCH` : text };
    });
  });
}

/** @param {number} part */
function percent(part) {
  return `${(part * 100).toFixed(1)} %`;
}
