import { expect } from 'vitest';

// Vitest's own have the type `any`.

/** Any number, within an expected value. */
export const aNumber: unknown = expect.any(Number);

/** A text that has `part` in it, within an expected value. */
export function containing(part: string): unknown {
  return expect.stringContaining(part);
}

/** A text that matches `pattern`, within an expected value. */
export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
