import { expect, it } from 'vitest';
import { Summarizer } from '../../src/analyze/summarizer.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { each, simulate } from '../helpers/simulated-client.ts';
import { collectAll } from '../helpers/heap.ts';

/** As a file of a crawler would have them: each of another origin, path, connection and process, all of them kept nowhere else. */
function* crawl(from: number, to: number): Generator<RoundTripRecord, void, undefined> {
  const [line] = simulate(each(1, 1));
  const text = JSON.stringify(line);
  for (let n = from; n < to; n++) {
    const record = JSON.parse(
      text
        .replaceAll('4711-0', `${n % 3000}-0-${n}`)
        .replaceAll('api.example', `h${n % 4000}.example`)
        .replace('/items/0', `/a${n % 7000}x`),
    ) as RoundTripRecord;
    yield { ...record, wallTime: record.wallTime + n * 3, duration: 10 + (n % 977) };
  }
}

it(
  'takes no more memory for more requests, origins, connections and processes',
  { timeout: 60_000 },
  async () => {
    const summarizer = new Summarizer();
    for (const record of crawl(0, 15_000)) summarizer.add(record);
    await collectAll();
    const before = process.memoryUsage().heapUsed;
    for (const record of crawl(15_000, 45_000)) summarizer.add(record);
    await collectAll();
    const grown = process.memoryUsage().heapUsed - before;
    expect(summarizer.summary().requests).toBe(45_000);
    expect(grown).toBeLessThan(8_000_000);
  },
);
