import { expect, it } from 'vitest';

import { LaterEvents } from '../../src/events/later.ts';
import { HOOKS } from '../../src/trace/hooks.ts';
import { alive, collectAll } from '../helpers/heap.ts';

/** Holds `count` events with three objects each, as hooks get them; they have been told when this returns. */
function holdAndTell(count: number): WeakRef<object>[] {
  const later = LaterEvents.take();
  const held: WeakRef<object>[] = [];
  for (let i = 0; i < count; i++) {
    const args = [new Error('a'), { b: i }, { c: i }] as const;
    held.push(...args.map((arg) => new WeakRef(arg)));
    later.add(HOOKS.connectDone, i, ...args);
  }
  later.giveBack();
  return held;
}

it('events that have been told keep nothing in memory, although their list is used again', async () => {
  const held = [...holdAndTell(6), ...holdAndTell(1), ...holdAndTell(4)];
  await collectAll();
  expect(held).toHaveLength(33);
  expect(alive(held)).toBe(0);
});

/** Uses `count` lists at once, and gives them back. */
function burst(count: number): WeakRef<object>[] {
  const lists = Array.from({ length: count }, () => LaterEvents.take());
  for (const list of lists) list.giveBack();
  return lists.map((list) => new WeakRef(list));
}

it('of a burst no more than 64 lists are kept for use again', async () => {
  const lists = burst(200);
  await collectAll();
  expect(alive(lists)).toBe(64);
});
