// @ts-check

/** @typedef {{ value: number, low: number, high: number }} Estimate a median and its bounds */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** @param {readonly number[]} values */
export function lowerQuartile(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 2] ?? NaN;
}

/**
 * The median and its 95 % bounds from the order statistics, which suppose nothing of how the values are distributed.
 * Fewer than six values cannot give 95 %: their bounds are the lowest and the highest.
 *
 * @param {readonly number[]} values
 * @returns {Estimate}
 */
export function estimate(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const skip = outside(sorted.length);
  return { value: median(values), low: sorted[skip] ?? NaN, high: sorted[sorted.length - 1 - skip] ?? NaN };
}

/**
 * How many of `n` sorted values may be left out at each end, so that the rest spans the median with at least 95 %: the
 * number below the median is binomial with p = 1/2.
 *
 * @param {number} n
 */
function outside(n) {
  let term = 0.5 ** n;
  let tail = term;
  let skip = 0;
  // Beyond a thousand 0.5 ** n is 0; the normal approximation is exact enough long before.
  if (n > 200) return Math.floor(n / 2 - 0.98 * Math.sqrt(n)) - 1;
  while (tail + (term * (n - skip)) / (skip + 1) <= 0.025) {
    term *= (n - skip) / (skip + 1);
    tail += term;
    skip++;
  }
  return skip;
}

/**
 * `values` in random order.
 *
 * @template T
 * @param {readonly T[]} values
 * @returns {T[]}
 */
export function shuffled(values) {
  return values
    .map((value) => ({ value, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}
