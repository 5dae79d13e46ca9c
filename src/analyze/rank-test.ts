import type { Histogram } from './histogram.ts';

/** How two sets of durations differ in rank. */
export interface RankTest {
  /** Probability that values drawn from the same distribution differ as much, two-sided. */
  readonly p: number;
  /** Probability that a value of the second set is greater than one of the first, 0 to 1; ties count half. */
  readonly greater: number;
}

/**
 * The Mann-Whitney U test, with the normal approximation and the correction for ties. Values within one bucket of the
 * histograms, 2 %, are ties, so that smaller differences are never found; it asks nothing of the distributions' shape, and
 * a few extreme values do not move it.
 */
export function rankTest(a: Histogram, b: Histogram): RankTest {
  const n = a.count;
  const m = b.count;
  const ofB = new Map(b.buckets());
  const counts = new Map(a.buckets());
  const all = [...new Set([...counts.keys(), ...ofB.keys()])].sort((one, other) => one - other);
  let lower = 0;
  let u = 0;
  let ties = 0;
  for (const bucket of all) {
    const inA = counts.get(bucket) ?? 0;
    const inB = ofB.get(bucket) ?? 0;
    u += inB * (lower + inA / 2);
    lower += inA;
    const together = inA + inB;
    ties += together ** 3 - together;
  }
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  // All values are in one bucket.
  if (!(variance > 0)) return { p: 1, greater: 0.5 };
  const z = (u - (n * m) / 2) / Math.sqrt(variance);
  return { p: twoSided(z), greater: u / (n * m) };
}

/**
 * Probability that two shares as different come from one: a test of two proportions with the normal approximation.
 *
 * @param a - how many of how many.
 */
export function shareTest(
  a: readonly [count: number, of: number],
  b: readonly [count: number, of: number],
): number {
  const together = (a[0] + b[0]) / (a[1] + b[1]);
  const variance = together * (1 - together) * (1 / a[1] + 1 / b[1]);
  if (!(variance > 0)) return 1;
  return twoSided((b[0] / b[1] - a[0] / a[1]) / Math.sqrt(variance));
}

/** Two-sided probability of a standard normal value, by Abramowitz and Stegun 7.1.26; off by less than 2e-7. */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.min(1, polynomial * Math.exp(-x * x));
}
