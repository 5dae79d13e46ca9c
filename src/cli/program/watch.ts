import { matchesFilter, NO_FILTER, type RecordFilter } from '../../analyze/filter.ts';
import { Summarizer } from '../../analyze/summarizer.ts';
import type { Row } from '../../spool/row.ts';
import type { Display } from './display.ts';
import type { LineSink } from './line-sink.ts';

/** Shows and sums up what the user wants to see. */
export class Watch implements LineSink {
  readonly summarizer = new Summarizer();
  readonly #filter: RecordFilter;
  readonly #display: Display;
  readonly #isFiltered: boolean;

  constructor(filter: RecordFilter, display: Display) {
    this.#filter = filter;
    this.#display = display;
    const { origins, statuses, minDuration, onlyErrors } = filter;
    this.#isFiltered =
      origins.length + statuses.length > 0 || minDuration > NO_FILTER.minDuration || onlyErrors;
  }

  add({ line }: Row): void {
    // A connection alone does not tell whether any of its requests is wanted.
    if (line.type === 'connection' && this.#isFiltered) return;
    if (line.type === 'roundTrip') {
      if (!matchesFilter(this.#filter, line)) return;
      this.#display.add(line);
    }
    this.summarizer.add(line);
  }

  flush(): void {
    this.#display.flush();
  }
}
