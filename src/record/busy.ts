import { type Capture, MOMENT } from './capture.ts';
import { microseconds } from './phases.ts';
import type { Phase } from './types.ts';

/** Adds to each phase for how long of it the event loop was busy. `start`: when the round trip began. */
export function addBusy(phases: readonly Phase[], capture: Capture, start: number): Phase[] {
  return phases.map((phase) => {
    const from = microseconds(start + phase.start);
    const idle = idleAt(capture, microseconds(from + phase.duration)) - idleAt(capture, from);
    const busy = Math.min(microseconds(phase.duration - idle), phase.duration);
    return busy > 0 ? { ...phase, busy } : phase;
  });
}

/** How long the event loop had been idle at `time`, at which a phase begins or ends; NaN when that is not known. */
function idleAt({ moments, length }: Capture, time: number): number {
  for (let i = 0; i < length; i += MOMENT) {
    const idle = moments[i + 2]!;
    if (!Number.isNaN(idle) && microseconds(moments[i + 1]!) === time) return idle;
  }
  return Number.NaN;
}
