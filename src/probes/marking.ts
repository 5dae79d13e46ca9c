import { isEachObserved } from '../trace/trace-list.ts';

/** A recent request counts for as long as it takes this many others to outvote it. */
const MOST = 64;

/** How many more of the recent requests were watched than not: 0 to {@link MOST}. */
let watched = 0;

/**
 * How a probe keeps its state of the client's objects: as a mark on them (`Given`), or in a map. A mark is found soonest. But where few
 * objects have one, these have another shape than the rest, and all that the client does with any of them takes 3 % longer;
 * a map costs a tenth of a request where most are in it (docs/discoveries/v8.md).
 */
export const Marking = {
  /** Most requests are watched: by an observer that sees each, or in contexts with traces. */
  pays(): boolean {
    return watched > MOST / 2 || isEachObserved();
  },

  requestWatched(): void {
    if (watched < MOST) watched++;
  },

  requestNotWatched(): void {
    if (watched > 0) watched--;
  },
};
