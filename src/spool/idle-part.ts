import { loopIdle, now } from '../events/clock.ts';

/** For which part of the time the event loop of this thread waits. */
export class IdlePart {
  #time = now();
  #idle = loopIdle();

  /** The part since the last call, 0 to 1. */
  read(): number {
    const time = now();
    const idle = loopIdle();
    const part = (idle - this.#idle) / (time - this.#time);
    this.#time = time;
    this.#idle = idle;
    // NaN where no time has passed.
    return part > 0 ? Math.min(part, 1) : 0;
  }
}
