import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { IdlePart } from '../../src/spool/idle-part.ts';

describe('IdlePart', () => {
  it('is near 1 while the loop waits, and 0 while it does not', async () => {
    const part = new IdlePart();
    await sleep(100);
    expect(part.read()).toBeGreaterThan(0.5);
    const end = performance.now() + 20;
    while (performance.now() < end);
    expect(part.read()).toBe(0);
  });

  it('is a part also when no time has passed', () => {
    const part = new IdlePart();
    for (let i = 0; i < 1000; i++) expect(part.read()).toBe(0);
  });
});
