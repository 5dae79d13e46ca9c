import type { ProcessInfo } from '../../record/types.ts';
import { Timeline } from './timeline.ts';

/** An origin as one process talks to it: connections are not shared between processes. */
export interface Place {
  /** The same string for the same place, which a map finds faster than one that was made anew. */
  readonly key: string;
  readonly timeline: Timeline;
}

/** Beyond these the oldest are forgotten. */
const MOST_PLACES = 2000;

/** The places that requests went to. */
export class Places {
  readonly #known = new Map<string, Map<number, Place>>();
  #count = 0;

  of(origin: string, { pid, threadId }: ProcessInfo): Place {
    const process = pid * 4096 + threadId;
    const known = this.#known.get(origin)?.get(process);
    if (known !== undefined) return known;
    if (this.#count >= MOST_PLACES) this.#forgetOldest();
    const ofOrigin = this.#known.get(origin) ?? new Map<number, Place>();
    this.#known.set(origin, ofOrigin);
    const place = { key: `${process} ${origin}`, timeline: new Timeline() };
    ofOrigin.set(process, place);
    this.#count++;
    return place;
  }

  #forgetOldest(): void {
    for (const [origin, places] of this.#known) {
      this.#known.delete(origin);
      this.#count -= places.size;
      return;
    }
  }
}
