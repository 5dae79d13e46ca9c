import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { TraceFileError } from '../../src/trace-file/errors.ts';
import { newReadReport, readTrace, type ReadReport } from '../../src/trace-file/read-trace.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { expired, refused, rich, roundTrip } from '../view/fixtures.ts';

const one = JSON.stringify(roundTrip());

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function read(
  content: string | Uint8Array,
  size = 1000,
): Promise<{ lines: TraceLine[]; report: ReadReport }> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const report = newReadReport();
  const lines: TraceLine[] = [];
  for await (const line of readTrace(inPieces(bytes, size), report)) lines.push(line);
  return { lines, report };
}

describe('readTrace', () => {
  it('gives the records that were written, however the file comes in pieces', async () => {
    const records = [
      rich,
      refused,
      expired,
      roundTrip({ request: { ...rich.request, url: 'http://例え.test/ü' } }),
    ];
    const content = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (size) => {
        const { lines, report } = await read(content, size);
        expect(lines).toEqual(JSON.parse(JSON.stringify(records)));
        expect(report).toEqual({ ...newReadReport(), read: 4 });
      }),
      { numRuns: 20 },
    );
  });

  it('reads the lines that tell of the run, and those without a line end', async () => {
    const run = { type: 'run', version: 1, httptrace: '0.2.0', command: ['node', 'app.js'], started: 1 };
    const lost = { type: 'lost', version: 1, records: 3, reason: 'memory' };
    const end = { type: 'end', version: 1, ended: 2, exitCode: null, signal: 'SIGTERM' };
    const { lines } = await read([run, lost, end].map((line) => JSON.stringify(line)).join('\n'));
    expect(lines).toEqual([run, lost, end]);
  });

  it('takes CRLF, blank lines and a byte order mark', async () => {
    const { lines, report } = await read(`\uFEFF${one}\r\n\r\n${one}\r\n`);
    expect(lines).toHaveLength(2);
    expect(report.broken).toBe(0);
  });

  it('skips broken lines, counts them and remembers the first', async () => {
    const { lines, report } = await read(`${one}\n{"type":"roundTrip"\n[1]\n${one}\n`);
    expect(lines).toHaveLength(2);
    expect(report).toMatchObject({ read: 2, broken: 2, firstBroken: 2, cutOff: false });
  });

  it('tells a last line that was cut off from broken ones', async () => {
    const { lines, report } = await read(`${one}\n${one.slice(0, 200)}`);
    expect(lines).toHaveLength(1);
    expect(report).toMatchObject({ read: 1, broken: 0, firstBroken: undefined, cutOff: true });
  });

  it('skips lines of newer versions and of unknown types', async () => {
    const newer = JSON.stringify({ ...roundTrip(), version: 2, phases: 'otherwise' });
    const { lines, report } = await read(`${newer}\n${one}\n{"type":"weather","version":1}\n`);
    expect(lines).toHaveLength(1);
    expect(report).toMatchObject({ read: 1, newer: 1, unknown: 1, broken: 0 });
  });

  it.each<[string, Partial<Record<keyof RoundTripRecord, unknown>>]>([
    ['a phase that is none', { phases: [{ name: 'teleport', start: 0, duration: 1 }] }],
    ['a negative duration', { duration: -1 }],
    ['a header that is no list', { request: { ...rich.request, header: 'Host: example.test' } }],
    ['no process', { process: null }],
    ['an address that is a number', { connection: { ...rich.connection, remote: { address: 1 } } }],
  ])('counts a record with %s as broken', async (_what, fields) => {
    const { report } = await read(`${JSON.stringify({ ...roundTrip(), ...fields })}\n${one}\n`);
    expect(report).toMatchObject({ read: 1, broken: 1 });
  });

  it('counts numbers beyond all bounds and endless causes as broken', async () => {
    const endless = `${'{"name":"E","message":"m","cause":'.repeat(5000)}null${'}'.repeat(5000)}`;
    const deep = one.replace('"outcome":"ok"', `"outcome":"error","error":${endless}`);
    const { report } = await read(`${one.replace('"start":1000', '"start":1e999')}\n${deep}\n${one}\n`);
    expect(report).toMatchObject({ read: 1, broken: 2 });
  });

  it.each([
    ['an empty file', '', /^is empty$/],
    ['text', 'hello\nworld\n', /^is no trace file: give one that/],
    ['blank lines', '\n\n', /^is no trace file/],
    ['JSON of another kind', '{"log":{"version":"1.2","entries":[]}}', /^is no trace file/],
    ['JSON lines of another kind', '{"type":"Feature"}\n'.repeat(3), /^is no trace file/],
    ['gzip', new Uint8Array([0x1f, 0x8b, 8, 0]), /^is compressed with gzip: unpack it first/],
    ['zstd', new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]), /^is compressed with zstd/],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0]), /^is UTF-16: convert it to UTF-8/],
  ])('refuses %s', async (_what, content, message) => {
    const reading = read(content);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toBeInstanceOf(TraceFileError);
  });

  it('gives up early when a big file has no line of ours', async () => {
    let given = 0;
    async function* noise(): AsyncGenerator<Uint8Array> {
      for (; given < 1_000_000; given++) yield new TextEncoder().encode('line\n');
    }
    await expect(readTrace(noise(), newReadReport()).next()).rejects.toThrow('is no trace file');
    expect(given).toBeLessThan(100);
  });

  it('does not keep a line without end', async () => {
    const piece = new Uint8Array(4 * 1024 * 1024).fill(0x61);
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(`${one}\n`);
      for (let i = 0; i < 5; i++) yield piece;
      yield new TextEncoder().encode(`\n${one}\n`);
    }
    const report = newReadReport();
    const lines: TraceLine[] = [];
    for await (const line of readTrace(endless(), report)) lines.push(line);
    expect(lines).toHaveLength(2);
    expect(report).toMatchObject({ read: 2, broken: 1, firstBroken: 2 });
  });
});
