/**
 * Checks of what JSON gave: a file may be anybody's, and those who draw and count rely on the types. Fields that are not
 * named here may hold anything, so that newer writers can add some.
 */
export type Check = (value: unknown, depth: number) => boolean;

/** Errors have causes, and theirs; what is nested deeper was not written by httptrace. */
const DEEPEST = 32;

export function string(value: unknown): boolean {
  return typeof value === 'string';
}

export function boolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** JSON has no Infinity, but `1e999` is read as one. */
export function number(value: unknown): boolean {
  return Number.isFinite(value);
}

/** A duration, a count or a size. */
export function amount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

export function oneOf(...known: readonly string[]): Check {
  const set = new Set<unknown>(known);
  return (value) => set.has(value);
}

export function nullable(check: Check): Check {
  return (value, depth) => value === null || check(value, depth);
}

export function arrayOf(check: Check): Check {
  return (value, depth) => Array.isArray(value) && value.every((item) => check(item, depth + 1));
}

/** Two strings: name and value of a header field. */
export function pair(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}

/** An object that has all `required` fields, and of the `optional` ones none of another type. */
export function object(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const must = Object.entries(required);
  const may = Object.entries(optional);
  return (value, depth) => {
    if (typeof value !== 'object' || value === null || depth > DEEPEST) return false;
    for (const [name, check] of must) if (!check(Reflect.get(value, name), depth + 1)) return false;
    for (const [name, check] of may) {
      const field: unknown = Reflect.get(value, name);
      if (field !== undefined && !check(field, depth + 1)) return false;
    }
    return true;
  };
}
