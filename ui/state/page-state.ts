import { computed, signal } from '@preact/signals';
import type { FeedStatus } from '../data/feed.ts';
import { parseQuery } from '../data/query.ts';
import { fitRange, type Range } from '../data/range.ts';
import { FAILED } from '../data/request-columns.ts';
import {
  chooseRequests,
  groupOfRow,
  groupRequests,
  listRows,
  type Group,
  type Grouping,
  type Order,
} from '../data/rows.ts';
import { Trace } from '../data/trace.ts';
import { Summarizer } from '../../src/analyze/summarizer.ts';
import type { Summary } from '../../src/analyze/summary.ts';

export type View = 'requests' | 'summary' | 'findings';

/** In the order of their tabs. */
export const VIEWS: readonly View[] = ['requests', 'summary', 'findings'];

/** More groups than this begin closed. */
const MOST_OPEN_GROUPS = 60;
/** The page spends at most one part in this many of its time on following a trace that grows. */
const SHARE_OF_TIME = 5;
const SHORTEST_PAUSE = 100;
const SUMMARY_PAUSE = 1000;

/** All that the page shows follows from this. */
export class PageState {
  readonly trace = new Trace();
  readonly feed = signal<FeedStatus>({ kind: 'reading' });
  readonly view = signal<View>('requests');
  readonly query = signal('');
  readonly onlyErrors = signal(false);
  /** Milliseconds. */
  readonly leastDuration = signal(0);
  readonly grouping = signal<Grouping>('origin');
  readonly order = signal<Order>('start');
  /** Undefined shows everything, also what is still to come. */
  readonly zoom = signal<Range | undefined>(undefined);
  /** Key of the row that the keyboard is on. */
  readonly activeKey = signal<string | undefined>(undefined);
  /** Id of the request whose details are open. */
  readonly selectedId = signal<string | undefined>(undefined);
  /** Grows when the active row is to be scrolled to and focused. */
  readonly reveal = signal(0);
  /** What `reveal` was when that was done. */
  revealed = 0;
  /** Of the rows, pixels; kept while another view is shown. */
  scrollTop = 0;
  /** Moment that the pointer is on, milliseconds. */
  readonly pointedTime = signal<number | undefined>(undefined);
  /** Groups whose state the user has turned round. */
  readonly #toggled = signal<ReadonlySet<string>>(new Set());
  /** The trace grows in place: this tells that it has. */
  readonly version = signal(0);
  /** Of all requests, whatever the filter; not later than a second behind. */
  readonly summary = signal<Summary | undefined>(undefined);
  readonly #summarizer = new Summarizer();
  #summedUp = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastWork = 0;

  readonly whole = computed((): Range => {
    void this.version.value;
    return fitRange(this.trace.first, this.trace.last);
  });
  readonly range = computed((): Range => this.zoom.value ?? this.whole.value);

  readonly chosen = computed((): number[] => {
    void this.version.value;
    const matches = parseQuery(this.query.value);
    const onlyErrors = this.onlyErrors.value;
    const least = this.leastDuration.value;
    return chooseRequests(
      this.trace.requests,
      (requests, request) =>
        (!onlyErrors || requests.has(request, FAILED) || requests.status.at(request) >= 400) &&
        requests.duration.at(request) >= least &&
        matches(requests, request),
      this.order.value,
    );
  });
  readonly groups = computed((): Group[] =>
    groupRequests(this.trace, this.chosen.value, this.grouping.value),
  );
  readonly rows = computed(() =>
    listRows(this.chosen.value, this.groups.value, this.grouping.value, (group) => this.isOpen(group)),
  );

  constructor() {
    this.trace.onLine((line) => this.#summarizer.add(line));
  }

  /** The trace has grown; what follows from it is computed not too often. */
  changed(): void {
    if (this.#timer !== undefined) return;
    const pause = Math.max(SHORTEST_PAUSE, this.#lastWork * SHARE_OF_TIME);
    this.#timer = setTimeout(() => this.flush(), this.version.peek() === 0 ? 0 : pause);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const began = performance.now();
    this.version.value++;
    // Drawing costs about as much again.
    void this.rows.value;
    this.#lastWork = 2 * (performance.now() - began);
    // After the page has had a turn.
    if (performance.now() - this.#summedUp > SUMMARY_PAUSE) setTimeout(() => this.sumUp());
  }

  sumUp(): void {
    this.summary.value = this.#summarizer.summary();
    this.#summedUp = performance.now();
  }

  isOpen(group: Group): boolean {
    const byItself = this.grouping.value !== 'connection' && this.groups.value.length <= MOST_OPEN_GROUPS;
    return byItself !== this.#toggled.value.has(group.key);
  }

  toggle(group: Group): void {
    const toggled = new Set(this.#toggled.value);
    if (!toggled.delete(group.key)) toggled.add(group.key);
    this.#toggled.value = toggled;
  }

  /** Opens or closes all groups. */
  setAllOpen(open: boolean): void {
    const toggled = new Set(this.#toggled.value);
    for (const group of this.groups.value) {
      if (this.isOpen(group) === open) continue;
      if (!toggled.delete(group.key)) toggled.add(group.key);
    }
    this.#toggled.value = toggled;
  }

  /** Stays the same for a row while others come and go. */
  keyOfRow(index: number): string | undefined {
    const list = this.rows.value;
    const row = list.rows[index];
    if (row === undefined) return undefined;
    return groupOfRow(list, row)?.key ?? this.trace.requests.id[row];
  }

  /** Index of the row with this key; -1 when it is not shown. */
  indexOfKey(key: string): number {
    const list = this.rows.value;
    const group = list.groups.findIndex((candidate) => candidate.key === key);
    if (group >= 0) return list.rows.indexOf(-1 - group);
    const request = this.trace.requests.id.indexOf(key);
    return request < 0 ? -1 : list.rows.indexOf(request);
  }
}
