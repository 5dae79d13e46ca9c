import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outbox as OutboxClass } from '../../src/spool/outbox.ts';
import type { Sink } from '../../src/spool/sink.ts';
import { recordOf } from './fixtures.ts';

/** What the writer takes of Node before the program runs must be taken after the clock is ours. */
let Outbox: typeof OutboxClass;

beforeEach(async () => {
  vi.resetModules();
  vi.useFakeTimers();
  const timers = process.getBuiltinModule('node:timers');
  vi.spyOn(timers, 'setTimeout').mockImplementation(setTimeout);
  ({ Outbox } = await import('../../src/spool/outbox.ts'));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

class TestSink implements Sink {
  readonly batches: string[][] = [];
  lost = 0;
  isFull = false;
  isAbandoned = false;
  isEnded = false;

  write(rows: string): boolean {
    if (this.isFull || this.isAbandoned) return false;
    this.batches.push(
      rows
        .trim()
        .split('\n')
        .map((row) => (JSON.parse(row) as { id: string }).id),
    );
    return true;
  }

  lose(records: number): void {
    this.lost += records;
  }

  end(): void {
    this.isEnded = true;
  }
}

interface Boxed {
  readonly sink: TestSink;
  readonly box: InstanceType<typeof Outbox>;
  readonly abandoned: () => number;
  /** Sizes of the batches that it said it has written. */
  readonly written: readonly number[];
}

function outbox(): Boxed {
  const sink = new TestSink();
  let abandoned = 0;
  const written: number[] = [];
  const box = new Outbox(sink, {
    onAbandoned: () => abandoned++,
    onWritten: ({ records }) => written.push(records),
  });
  return { sink, box, abandoned: () => abandoned, written };
}

describe('Outbox', () => {
  it('tells how many were not recorded, in a line of its own, within a second', () => {
    const { sink, box } = outbox();
    box.add(recordOf('1'));
    vi.advanceTimersByTime(20);
    const write = vi.spyOn(sink, 'write');
    box.skip();
    box.skip();
    vi.advanceTimersByTime(980);
    expect(write).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20);
    expect(write).toHaveBeenCalledOnce();
    expect(JSON.parse(write.mock.calls[0]![0])).toMatchObject({ type: 'lost', records: 2, reason: 'rate' });
  });

  it('tells it with the next record', () => {
    const { sink, box } = outbox();
    const write = vi.spyOn(sink, 'write');
    box.skip();
    box.add(recordOf('1'));
    vi.advanceTimersByTime(20);
    const rows = write.mock.calls[0]![0].trim().split('\n');
    expect(rows.map((row) => JSON.parse(row) as object)).toMatchObject([
      { id: '1' },
      { type: 'lost', records: 1 },
    ]);
  });

  it('writes records together, 20 ms after the first that comes after a pause', () => {
    const { sink, box } = outbox();
    box.add(recordOf('1'));
    vi.advanceTimersByTime(10);
    box.add(recordOf('2'));
    vi.advanceTimersByTime(9);
    expect(sink.batches).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sink.batches).toEqual([['1', '2']]);
    vi.advanceTimersByTime(100);
    box.add(recordOf('3'));
    vi.advanceTimersByTime(20);
    expect(sink.batches).toEqual([['1', '2'], ['3']]);
  });

  it('writes no more often than each 80 ms while records keep coming, and lets none wait longer than 100 ms', () => {
    const { sink, box } = outbox();
    const added = new Map<string, number>();
    const waits: number[] = [];
    const write = sink.write.bind(sink);
    vi.spyOn(sink, 'write').mockImplementation((rows) => {
      const isWritten = write(rows);
      for (const id of sink.batches.at(-1) ?? []) waits.push(performance.now() - (added.get(id) ?? 0));
      return isWritten;
    });
    for (let i = 0; i < 200; i++) {
      added.set(String(i), performance.now());
      box.add(recordOf(String(i)));
      vi.advanceTimersByTime(7);
    }
    expect(sink.batches.length).toBeLessThanOrEqual((200 * 7) / 80 + 1);
    expect(waits.length).toBeGreaterThan(180);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
  });

  it('writes at once when many wait, so that memory stays small while the program is busy', () => {
    const { sink, box } = outbox();
    for (let i = 0; i < 600; i++) box.add(recordOf(String(i)));
    expect(sink.batches.map((batch) => batch.length)).toEqual([256, 256]);
    vi.advanceTimersByTime(100);
    expect(sink.batches.flat()).toHaveLength(600);
  });

  it('writes what waits at the end, and nothing after it', () => {
    const { sink, box } = outbox();
    box.add(recordOf('1'));
    box.end();
    expect(sink).toMatchObject({ batches: [['1']], isEnded: true });
    vi.advanceTimersByTime(100);
    expect(sink.batches).toHaveLength(1);
  });

  it('keeps records that cannot be written, in their order, until they can', () => {
    const { sink, box } = outbox();
    sink.isFull = true;
    for (const id of ['1', '2']) {
      box.add(recordOf(id));
      vi.advanceTimersByTime(100);
    }
    sink.isFull = false;
    vi.advanceTimersByTime(100);
    expect(sink.batches.flat()).toEqual(['1', '2']);
    expect(sink.lost).toBe(0);
  });

  it('tells how many records it has written, when it has', () => {
    const { sink, box, written } = outbox();
    box.add(recordOf('1'));
    box.add(recordOf('2'));
    sink.isFull = true;
    vi.advanceTimersByTime(20);
    expect(written).toEqual([]);
    sink.isFull = false;
    vi.advanceTimersByTime(20);
    expect(written).toEqual([2]);
  });

  it('keeps no more than 4096 of them and counts the rest', () => {
    const { sink, box } = outbox();
    sink.isFull = true;
    for (let i = 0; i < 5000; i++) box.add(recordOf(String(i)));
    sink.isFull = false;
    box.end();
    expect(sink.batches.flat()).toHaveLength(4096);
    expect(sink.lost).toBe(904);
  });

  it('counts as lost what cannot be written at the end', () => {
    const { sink, box } = outbox();
    sink.isFull = true;
    box.add(recordOf('1'));
    vi.advanceTimersByTime(20);
    box.add(recordOf('2'));
    box.end();
    expect(sink.lost).toBe(2);
  });

  it('says once that nobody reads, keeps nothing then, and asks for no more time', () => {
    const { sink, box, abandoned } = outbox();
    sink.isAbandoned = true;
    box.add(recordOf('1'));
    vi.advanceTimersByTime(20);
    expect(abandoned()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(sink.lost).toBe(0);
  });
});
