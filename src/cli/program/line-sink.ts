import type { Row } from '../../spool/row.ts';

/** Takes what the traced processes wrote, as it comes. */
export interface LineSink {
  add(row: Row): void;
  /** Called when as many rows were added as there were, and when there were none. */
  flush(): void;
}
