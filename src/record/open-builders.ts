import type { RoundTrip } from '../events/round-trip.ts';
import type { BuilderOwner, RecordBuilder } from './record-builder.ts';

/** The round trips of a recorder that are open: a linked list, where a Map costs a microsecond a round trip. */
export class OpenBuilders implements BuilderOwner {
  readonly finish: (builder: RecordBuilder) => void;
  size = 0;
  #last: RecordBuilder | undefined = undefined;

  /** @param finish - called with each whose round trip is over. */
  constructor(finish: (builder: RecordBuilder) => void) {
    this.finish = finish;
  }

  has(roundTrip: RoundTrip): boolean {
    // Sinks are builders, of whatever recorders and copies of the library.
    for (const sink of roundTrip.sinks) if ((sink as Partial<RecordBuilder>).owner === this) return true;
    return false;
  }

  add(builder: RecordBuilder): void {
    const last = this.#last;
    builder.earlier = last;
    if (last !== undefined) last.later = builder;
    this.#last = builder;
    this.size++;
  }

  remove(builder: RecordBuilder): void {
    const { earlier, later } = builder;
    if (earlier !== undefined) earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    // The connection that it opened keeps its round trip.
    builder.earlier = undefined;
    builder.later = undefined;
    this.size--;
  }

  /** First to last. */
  all(): RecordBuilder[] {
    const all: RecordBuilder[] = [];
    for (let one = this.#last; one !== undefined; one = one.earlier) all.push(one);
    return all.reverse();
  }
}
