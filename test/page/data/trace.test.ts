import { describe, expect, it } from 'vitest';
import { ProcessClocks } from '../../../ui/data/process-clocks.ts';
import { Trace } from '../../../ui/data/trace.ts';
import { roundTrip } from '../records.ts';
import { sampleTrace } from '../sample-trace.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const process = { pid: 1, threadId: 0, node: 'v24.21.0' };

describe('ProcessClocks', () => {
  it('keeps the distances of a process though its wall clock is corrected', () => {
    const clocks = new ProcessClocks();
    expect(clocks.place(process, NOON, 100)).toBe(NOON);
    expect(clocks.place(process, NOON + 50 - 400, 150)).toBe(NOON + 50);
  });

  it('follows the wall clock after the machine has slept', () => {
    const clocks = new ProcessClocks();
    clocks.place(process, NOON, 100);
    expect(clocks.place(process, NOON + 3_600_000, 200)).toBe(NOON + 3_600_000);
  });

  it('puts processes and threads side by side by their wall clocks', () => {
    const clocks = new ProcessClocks();
    clocks.place(process, NOON, 100);
    expect(clocks.place({ ...process, pid: 2 }, NOON + 7, 90_000)).toBe(NOON + 7);
    expect(clocks.place({ ...process, threadId: 3 }, NOON + 9, 5)).toBe(NOON + 9);
    expect(clocks.misplaced).toEqual([]);
  });

  it('puts a process whose clock is years off beside the others, and says so', () => {
    const clocks = new ProcessClocks();
    clocks.place(process, NOON, 100);
    expect(clocks.place({ ...process, pid: 2 }, 60_000, 10)).toBe(NOON);
    expect(clocks.place({ ...process, pid: 2 }, 60_500, 510)).toBe(NOON + 500);
    expect(clocks.misplaced).toEqual(['2']);
  });
});

describe('Trace', () => {
  it('places requests from the first one on', () => {
    const trace = new Trace();
    for (const start of [30, 0, 1000])
      trace.add(JSON.stringify(roundTrip({ id: String(start), start, duration: 5 })));
    expect([trace.first, trace.last]).toEqual([-30, 975]);
  });

  it('gives a record back as it came', () => {
    const trace = new Trace();
    const [line] = sampleTrace({ requests: 1 });
    trace.add(JSON.stringify(line));
    expect(trace.record(0)).toEqual(line);
    expect(trace.record(1)).toBeUndefined();
  });

  it('counts what it cannot read and what was lost', () => {
    const trace = new Trace();
    for (const line of [
      'nonsense',
      '{}',
      '{"type":"roundTrip","version":1}',
      '{"type":"lost","version":1,"records":4,"reason":"memory"}',
    ])
      trace.add(line);
    expect([trace.skipped, trace.lost, trace.requests.length]).toEqual([3, 4, 0]);
  });

  it('knows the life of a connection from its record, and before that from its requests', () => {
    const trace = new Trace();
    trace.add(JSON.stringify(roundTrip({ id: '1', start: 10, queued: 4, connection: 'c' })));
    expect(trace.connections[0]).toMatchObject({ number: 1, opened: 4, closed: undefined });
    const connection = sampleTrace({ requests: 1 }).find((line) => line.type === 'connection');
    if (connection === undefined) throw new Error('the sample has a connection');
    trace.add(
      JSON.stringify({
        ...connection,
        id: 'c',
        opened: 100,
        wallTime: Date.UTC(2026, 10, 20, 14, 3, 7) + 50,
        process: { ...process, pid: 4100 },
        closed: { time: 160, reason: 'idle' },
      }),
    );
    expect(trace.connections[0]).toMatchObject({ opened: 40, closed: 100 });
  });

  it('forgets the oldest requests when there are too many', () => {
    const { requests } = new Trace();
    const add = (n: number) =>
      requests.add(roundTrip({ id: String(n), queued: n % 2, duration: 10 + n }), n, -1, `line ${n}`);
    for (let n = 0; n < 3000; n++) add(n);
    requests.dropFirst(1000);
    add(3000);
    expect(requests.length).toBe(2001);
    expect([requests.id[0], requests.line[2000], requests.start.at(0), requests.duration.at(2000)]).toEqual([
      '1000',
      'line 3000',
      1000,
      3010,
    ]);
    const phases = (request: number) => requests.phasesEnd(request) - requests.firstPhase.at(request);
    expect([phases(0), phases(1), phases(1999), phases(2000)]).toEqual([1, 2, 2, 1]);
  });
});
