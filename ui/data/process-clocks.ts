import type { ProcessInfo } from '../../src/record/types.ts';

/** Below this a difference between a process's two clocks is drift or a correction: its monotonic clock is right. */
const CORRECTION = 1000;
/** A process that is farther from the others than this has a wrong clock: a machine without a battery wakes up in 1970. */
const WRONG = 30 * 86_400_000;

/**
 * Puts the events of several processes on one axis. The wall clock is what they share, but it can be corrected while they
 * run, so within a process its monotonic clock counts.
 */
export class ProcessClocks {
  /** Names of processes whose wall clock is far from the others'; their first record was put beside the latest one then known. */
  readonly misplaced: string[] = [];
  readonly #offsets = new Map<string, { offset: number; shift: number }>();
  #latest: number | undefined;

  /**
   * Where something is on the common axis.
   *
   * @param wallTime - milliseconds since the Unix epoch.
   * @param monotonic - the same moment on the process's monotonic clock.
   * @returns milliseconds since the Unix epoch, corrected.
   */
  place({ pid, threadId }: ProcessInfo, wallTime: number, monotonic: number): number {
    const name = threadId === 0 ? String(pid) : `${pid}-${threadId}`;
    const offset = wallTime - monotonic;
    const known = this.#offsets.get(name);
    if (known !== undefined) {
      // A number can be of a new process, or the machine has slept.
      if (Math.abs(offset - known.offset) > CORRECTION) known.offset = offset;
      return this.#seen(monotonic + known.offset + known.shift);
    }
    const isWrong = this.#latest !== undefined && Math.abs(wallTime - this.#latest) > WRONG;
    const shift = isWrong ? (this.#latest ?? 0) - wallTime : 0;
    if (isWrong) this.misplaced.push(name);
    this.#offsets.set(name, { offset, shift });
    return this.#seen(wallTime + shift);
  }

  #seen(time: number): number {
    this.#latest = Math.max(time, this.#latest ?? time);
    return time;
  }
}
