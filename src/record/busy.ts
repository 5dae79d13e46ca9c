import { type Capture, MOMENT } from './capture.ts';
import { microseconds } from './phases.ts';
import type { Phase } from './types.ts';

/** Half a microsecond, to which times of records are rounded, and the error of the arithmetic. */
const ROUNDING = 0.000_51;

/**
 * Tells of each phase for how long of it the event loop was busy. `start`: when the round trip began. In the place of the
 * phase that was there: a field that an object of three gets later takes as much memory as five.
 */
export function addBusy(phases: Phase[], capture: Capture, start: number): readonly Phase[] {
  // A phase begins where the one before it ends.
  let idleBefore = phases.length === 0 ? Number.NaN : idleAt(capture, start + phases[0]!.start);
  for (let i = 0; i < phases.length; i++) {
    const { name, start: from, duration } = phases[i]!;
    const idle = idleAt(capture, start + from + duration);
    const busy = Math.min(microseconds(duration - (idle - idleBefore)), duration);
    if (busy > 0) phases[i] = { name, start: from, duration, busy };
    idleBefore = idle;
  }
  return phases;
}

/** How long the event loop had been idle at `time`, at which a phase begins or ends; NaN when that is not known. */
function idleAt(capture: Capture, time: number): number {
  for (let at = 0; at < capture.length; at += MOMENT) {
    const idle = capture.idleAt(at);
    if (!Number.isNaN(idle) && Math.abs(capture.timeAt(at) - time) < ROUNDING) return idle;
  }
  return Number.NaN;
}
