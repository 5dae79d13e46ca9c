/** A stretch of the time axis, in milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Records have microseconds; nothing is to be seen beyond. */
const SHORTEST = 0.02;
/** Beside the first and the last bar. */
const MARGIN = 0.01;

/** All of a trace, with a little room at both ends. */
export function fitRange(first: number, last: number): Range {
  const margin = Math.max((last - first) * MARGIN, SHORTEST);
  return { from: first - margin, to: last + margin };
}

/**
 * Makes a range shorter or longer around a moment that stays where it is.
 *
 * @param factor - below 1 zooms in.
 * @param whole - it does not get longer than this, nor leave it.
 */
export function zoomRange({ from, to }: Range, factor: number, around: number, whole: Range): Range {
  const length = Math.max(SHORTEST, Math.min((to - from) * factor, whole.to - whole.from));
  const share = to > from ? (around - from) / (to - from) : 0.5;
  const start = around - length * share;
  return keepInside({ from: start, to: start + length }, whole);
}

/** @param by - milliseconds; later when positive. */
export function panRange({ from, to }: Range, by: number, whole: Range): Range {
  return keepInside({ from: from + by, to: to + by }, whole);
}

function keepInside({ from, to }: Range, whole: Range): Range {
  const length = to - from;
  if (length >= whole.to - whole.from) return whole;
  const start = Math.min(Math.max(from, whole.from), whole.to - length);
  return { from: start, to: start + length };
}
