import type { Connection } from '../events/connection.ts';

/** Fewer entries than this are not worth looking through for ended ones. */
const SMALL = 64;

let nextLog = 1;

/** The connections that a recorder has met. It keeps none of them alive, and forgets those that have ended. */
export class ConnectionLog {
  readonly #id = nextLog++;
  /** Their ids. A WeakSet of objects, or a Map to them, keeps many of them through a collection that could have them. */
  #known = new Set<number>();
  #references: WeakRef<Connection>[] = [];
  #pruneAt = SMALL;

  /** False when it was added before, and has not ended since. */
  add(connection: Connection): boolean {
    // The quick look first: nearly every round trip is of a connection that the same recorder knows.
    if (connection.log === this.#id) return false;
    connection.log = this.#id;
    if (this.#known.has(connection.id)) return false;
    this.#known.add(connection.id);
    this.#references.push(new WeakRef(connection));
    if (this.#references.length >= this.#pruneAt) {
      // Again when as many have been added as are open now, so that each is looked at once on average.
      this.#pruneAt = Math.max(SMALL, this.open().length * 2);
    }
    return true;
  }

  /** Those that have not ended, in the order in which they were added. */
  open(): Connection[] {
    const open: Connection[] = [];
    this.#references = this.#references.filter((reference) => {
      const connection = reference.deref();
      if (connection === undefined || connection.closed !== undefined) return false;
      open.push(connection);
      return true;
    });
    this.#known = new Set(open.map(({ id }) => id));
    return open;
  }
}
