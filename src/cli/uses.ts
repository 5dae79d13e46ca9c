import type { OptionUse } from './args.ts';

/** Looks options up by name; of an option that counts once, the last use counts. */
export class Uses<Name extends string> {
  readonly #uses: readonly OptionUse<Name>[];

  constructor(uses: readonly OptionUse<Name>[]) {
    this.#uses = uses;
  }

  has(name: Name): boolean {
    return this.#uses.some((use) => use.name === name);
  }

  all(name: Name): string[] {
    return this.#uses.filter((use) => use.name === name).map((use) => use.value);
  }

  one(name: Name): string | undefined;
  one<T>(name: Name, read: (value: string, written: string) => T): T | undefined;
  one<T>(name: Name, read?: (value: string, written: string) => T): T | string | undefined {
    const use = this.#uses.findLast((one) => one.name === name);
    if (use === undefined || read === undefined) return use?.value;
    return read(use.value, use.written);
  }
}
