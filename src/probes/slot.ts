/** State that a probe keeps on an object of the client. */
export interface Slot<T> {
  get(object: object): T | undefined;
  set(object: object, value: T): void;
}

/** Gives back the object it is given, so that a derived class puts its private field on that object. */
class Given {
  // A constructor that returns an object replaces `this` (ECMAScript, [[Construct]]).
  constructor(object: object) {
    return object;
  }
}

/**
 * A slot in which to keep one value on any object. It is a private field stamped onto the object: nobody else can see it
 * (a symbol property shows in `console.log(request)`), it lives and dies with the object, and reading it is an inline
 * cached property load, where a WeakMap hashes (bench/slot.mjs).
 */
export function slot<T>(): Slot<T> {
  class Stamp extends Given {
    #value: T;

    constructor(object: object, value: T) {
      super(object);
      this.#value = value;
    }

    static get(object: object): T | undefined {
      return #value in object ? object.#value : undefined;
    }

    static set(object: object, value: T): void {
      if (#value in object) object.#value = value;
      else new Stamp(object, value);
    }
  }
  return Stamp;
}
