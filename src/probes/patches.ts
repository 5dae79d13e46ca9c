/** Makes the replacement of a method. It has to call `original` with the same `this` and arguments. */
export type Wrap = (original: Function) => (this: never, ...args: never[]) => unknown;

interface Patch {
  readonly target: object;
  readonly name: string;
  readonly original: Function;
  readonly wrapper: Function;
  /** What was there; undefined when the method was inherited. */
  readonly before: PropertyDescriptor | undefined;
}

/** The prototype methods that probes have wrapped, and the way back. */
export class Patches {
  readonly #done: Patch[] = [];
  readonly #undo: (() => void)[] = [];
  /** Those that could not be put back, because somebody else has wrapped them since. */
  readonly #buried: Patch[] = [];

  /**
   * Replaces method `name` of `target`; gives false where there is no such method. One that is still there from the last
   * time, below somebody else's, is used again: a second one would tell everything twice.
   */
  wrap(target: object, name: string, wrap: Wrap): boolean {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function') return false;
    if (this.#digUp(target, name, original)) return true;
    const before = Reflect.getOwnPropertyDescriptor(target, name);
    const wrapper = wrap(original);
    // Some code reads a function's name or its number of parameters.
    Object.defineProperty(wrapper, 'name', { value: original.name, configurable: true });
    Object.defineProperty(wrapper, 'length', { value: original.length, configurable: true });
    const enumerable = before?.enumerable ?? false;
    const descriptor = { value: wrapper, writable: true, configurable: true, enumerable };
    if (!Reflect.defineProperty(target, name, descriptor)) return false;
    this.#done.push({ target, name, original, wrapper, before });
    return true;
  }

  #digUp(target: object, name: string, current: Function): boolean {
    const index = this.#buried.findIndex((patch) => patch.target === target && patch.name === name);
    const [patch] = index === -1 ? [] : this.#buried.splice(index, 1);
    // Whoever wrapped it may have put back what was there before us.
    if (patch === undefined || patch.original === current) return false;
    this.#done.push(patch);
    return true;
  }

  /** Calls `undo` when the patches are taken back. */
  onUndo(undo: () => void): void {
    this.#undo.push(undo);
  }

  /**
   * Puts back what is still on top. A method that somebody else wrapped after us stays: taking it out would undo their
   * work too; its wrapper passes through while the probes are not installed.
   */
  undo(): void {
    for (const undo of this.#undo.splice(0)) undo();
    for (const patch of this.#done.splice(0).reverse()) {
      const { target, name, wrapper, before } = patch;
      if (Reflect.getOwnPropertyDescriptor(target, name)?.value !== wrapper) this.#buried.push(patch);
      else if (before === undefined) Reflect.deleteProperty(target, name);
      else Reflect.defineProperty(target, name, before);
    }
  }
}
