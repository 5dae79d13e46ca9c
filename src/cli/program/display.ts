import type { RoundTripRecord } from '../../record/types.ts';

/** Shows requests while the command runs. */
export interface Display {
  add(record: RoundTripRecord): void;
  /** Called many times a second: what was added is to be seen now. */
  flush(): void;
  /** Leaves the terminal as it was. */
  end(): void;
}

/** Shows nothing. */
export const NO_DISPLAY: Display = {
  add() {},
  flush() {},
  end() {},
};
