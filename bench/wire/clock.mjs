// Two clocks: packets are stamped by CLOCK_REALTIME, which may be slewed, and hooks by the monotonic clock of
// `performance.now()`.

/**
 * How far the two were apart at one moment.
 *
 * @typedef {object} ClockReading
 * @property {number} at On the scale of `performance.now()`.
 * @property {number} offset What to add to get milliseconds since the Unix epoch.
 */

/**
 * Compares the clocks. Node tells CLOCK_REALTIME in whole milliseconds only, but the moment at which one begins can be
 * waited for: it is found late by the length of a loop of well under a microsecond, or by more when the process loses
 * the processor, so the best of `ticks` counts. Blocks for as many milliseconds.
 *
 * @param {number} [ticks]
 * @returns {ClockReading}
 */
export function readClocks(ticks = 25) {
  let offset = Number.NEGATIVE_INFINITY;
  for (let tick = 0; tick < ticks; tick++) {
    const before = Date.now();
    let wall = before;
    while (wall === before) wall = Date.now();
    offset = Math.max(offset, wall - performance.now());
  }
  return { at: performance.now(), offset };
}

/**
 * Milliseconds since the Unix epoch at `time`, when the clocks drifted evenly between two readings.
 *
 * @param {number} time On the scale of `performance.now()`.
 * @param {ClockReading} start
 * @param {ClockReading} end
 */
export function toRealtime(time, start, end) {
  const share = (time - start.at) / (end.at - start.at);
  return time + start.offset + (end.offset - start.offset) * share;
}
