import { describe, expect, it } from 'vitest';
import { Backlog } from '../../../ui/data/backlog.ts';

/** Takes lines, each for as long as it says. */
function busyBacklog() {
  const taken: string[] = [];
  const turns: number[] = [];
  const backlog = new Backlog(
    (line) => {
      const ends = performance.now() + Number(line);
      while (performance.now() < ends);
      taken.push(line);
    },
    () => turns.push(taken.length),
  );
  return { backlog, taken, turns };
}

function emptied(backlog: Backlog): Promise<void> {
  return new Promise((resolve) => backlog.whenEmpty(resolve));
}

describe('Backlog', () => {
  it('takes a few lines at once', () => {
    const { backlog, taken, turns } = busyBacklog();
    backlog.add(['0', '0.1']);
    expect(taken).toEqual(['0', '0.1']);
    expect(turns).toEqual([2]);
  });

  it('takes many in turns, in order, also those that come meanwhile', async () => {
    const { backlog, taken, turns } = busyBacklog();
    const first = ['5', '5.1', '5.2', '5.3'];
    backlog.add(first);
    expect(taken.length).toBeLessThan(first.length);
    backlog.add(['0.1', '0.2']);
    expect(taken.length).toBeLessThan(first.length);
    await emptied(backlog);
    expect(taken).toEqual([...first, '0.1', '0.2']);
    expect(turns.length).toBeGreaterThan(1);
  });

  it('says at once that it is empty when it is, and again after more', async () => {
    const { backlog, taken } = busyBacklog();
    await emptied(backlog);
    backlog.add(['10', '10']);
    await emptied(backlog);
    backlog.add(['0']);
    await emptied(backlog);
    expect(taken).toEqual(['10', '10', '0']);
  });
});
