import type { FlatFields } from './round-trip.ts';

/**
 * The fields of the response that a connection carried last. Most of the next one's are the same, and a record that is kept
 * keeps the strings that are there: a dozen that the garbage collector need not move, whose hashes are known.
 */
export class LastFields {
  #fields: FlatFields = [];

  /** The same as `fields`, of the strings of the last ones where these are equal; the last ones themselves when all are. */
  share(fields: FlatFields): FlatFields {
    const last = this.#fields;
    if (areSame(fields, last)) return last;
    const shared = fields.slice();
    const length = Math.min(last.length, shared.length);
    for (let i = 0; i < length; i++) if (shared[i] === last[i]) shared[i] = last[i]!;
    return (this.#fields = shared);
  }
}

function areSame(fields: FlatFields, others: FlatFields): boolean {
  if (fields.length !== others.length) return false;
  for (let i = 0; i < fields.length; i++) if (fields[i] !== others[i]) return false;
  return true;
}
