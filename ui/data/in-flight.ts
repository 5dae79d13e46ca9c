import { PHASES } from '../../src/view/layout.ts';
import { FAILED, type RequestColumns } from './request-columns.ts';

const QUEUED = PHASES.indexOf('queued');

/** How many requests there were at a time, on average over each column of pixels. */
export interface InFlight {
  /** On a connection, or getting one. */
  readonly active: Float32Array;
  /** Waiting for a connection. */
  readonly queued: Float32Array;
  /** Requests that ended badly in a column. */
  readonly failed: Uint16Array;
  /** The highest sum of active and queued. */
  readonly most: number;
}

/** @param from - milliseconds at the left edge. @param to - milliseconds at the right edge. */
export function countInFlight(
  requests: RequestColumns,
  chosen: Iterable<number>,
  from: number,
  to: number,
  columns: number,
): InFlight {
  const active = new Coverage(columns);
  const queued = new Coverage(columns);
  const failed = new Uint16Array(columns);
  const scale = to > from ? columns / (to - from) : 0;
  for (const request of chosen) {
    const start = (requests.start.at(request) - from) * scale;
    const end = start + requests.duration.at(request) * scale;
    if (requests.has(request, FAILED) && end >= 0 && end <= columns) {
      const column = Math.min(columns - 1, Math.floor(end));
      failed[column] = (failed[column] ?? 0) + 1;
    }
    if (end < 0 || start > columns) continue;
    const first = requests.firstPhase.at(request);
    const waits = first < requests.phasesEnd(request) && requests.phaseName.at(first) === QUEUED;
    const began = waits ? Math.min(end, start + requests.phaseDuration.at(first) * scale) : start;
    if (began > start) queued.add(start, began);
    active.add(began, end);
  }
  const activeMeans = active.means();
  const queuedMeans = queued.means();
  let most = 0;
  for (let column = 0; column < columns; column++)
    most = Math.max(most, (activeMeans[column] ?? 0) + (queuedMeans[column] ?? 0));
  return { active: activeMeans, queued: queuedMeans, failed, most };
}

/** Adds up stretches; what covers whole columns is noted at its ends only. */
class Coverage {
  readonly #columns: number;
  readonly #partial: Float32Array;
  readonly #steps: Int32Array;

  constructor(columns: number) {
    this.#columns = columns;
    this.#partial = new Float32Array(columns + 1);
    this.#steps = new Int32Array(columns + 1);
  }

  add(start: number, end: number): void {
    const from = Math.max(0, start);
    const to = Math.min(this.#columns, end);
    if (to < from) return;
    const first = Math.floor(from);
    const last = Math.floor(to);
    // The indices are between 0 and the number of columns.
    if (first === last) {
      this.#partial[first] = (this.#partial[first] as number) + (to - from);
      return;
    }
    this.#partial[first] = (this.#partial[first] as number) + (first + 1 - from);
    this.#partial[last] = (this.#partial[last] as number) + (to - last);
    this.#steps[first + 1] = (this.#steps[first + 1] as number) + 1;
    this.#steps[last] = (this.#steps[last] as number) - 1;
  }

  means(): Float32Array {
    const means = new Float32Array(this.#columns);
    let whole = 0;
    for (let column = 0; column < this.#columns; column++) {
      whole += this.#steps[column] as number;
      means[column] = whole + (this.#partial[column] as number);
    }
    return means;
  }
}
