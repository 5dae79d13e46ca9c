import type { TraceLine } from '../../trace-file/types.ts';

/** Takes what the traced processes wrote, as it comes. */
export interface LineSink {
  add(line: TraceLine): void;
  /** Called when as many lines were added as there were, and when there were none. */
  flush(): void;
}
