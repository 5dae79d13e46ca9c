import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writerName } from '../../src/spool/names.ts';
import { SpoolReader } from '../../src/spool/reader.ts';
import { encodeRow, type Row } from '../../src/spool/row.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { SegmentWriter } from '../../src/spool/segment-writer.ts';
import { createSpool } from '../../src/spool/spool.ts';
import { filesOf, recordOf, spool, temporaryFolder, writerTo } from './fixtures.ts';

/** A process id that no process has. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function linesOf(rows: readonly Row[]): readonly TraceLine[] {
  return rows.map(({ line }) => line);
}

function idsOf(reader: SpoolReader): string[] {
  const ids: string[] = [];
  for (;;) {
    const { rows, isMore } = reader.read();
    ids.push(...linesOf(rows).map((line) => (line.type === 'roundTrip' ? line.id : line.type)));
    if (!isMore) return ids;
  }
}

describe('SpoolReader', () => {
  it('gives rows once, in the order of their thread', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const writer = writerTo(folder);
    expect(idsOf(reader)).toEqual([]);
    writer.write(encodeRow(recordOf('1')) + encodeRow(recordOf('2')));
    expect(idsOf(reader)).toEqual(['1', '2']);
    expect(idsOf(reader)).toEqual([]);
    writer.write(encodeRow(recordOf('3')));
    writer.end();
    expect(idsOf(reader)).toEqual(['3']);
  });

  it('reads on over segments and removes each that it has read', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const writer = writerTo(folder, { segmentBytes: 100 });
    for (let i = 0; i < 10; i++) writer.write(encodeRow(recordOf(String(i))));
    expect(idsOf(reader)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(filesOf(folder)).toHaveLength(1);
    writer.end();
    expect(idsOf(reader)).toEqual([]);
    expect(filesOf(folder)).toEqual([]);
    expect(reader.threads).toBe(1);
    expect(reader.killed).toBe(0);
  });

  it('reads many threads, a part at a time', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const long = 'x'.repeat(100_000);
    for (let i = 0; i < 20; i++) {
      const request = { ...recordOf('').request, url: `http://a.test/${long}` };
      writerTo(folder).write(encodeRow(recordOf(String(i), { request })));
    }
    expect(reader.read()).toMatchObject({ isMore: true });
    expect(idsOf(reader).length).toBeLessThan(20);
    expect(reader.threads).toBe(20);
  });

  it('waits for the rest of a line that is being written', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    writerTo(folder);
    const [file = ''] = filesOf(folder);
    const row = Buffer.from(encodeRow(recordOf('größer')));
    const middle = row.indexOf(0xc3) + 1;
    appendFileSync(join(folder, file), row.subarray(0, middle));
    expect(idsOf(reader)).toEqual([]);
    appendFileSync(join(folder, file), row.subarray(middle));
    expect(idsOf(reader)).toEqual(['größer']);
  });

  it('says how many records a thread had to drop, each once', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const writer = writerTo(folder);
    writer.write(encodeRow(recordOf('1')));
    writer.lose(5);
    const { process } = recordOf('1');
    const lost = { type: 'lost', version: 1, process, reason: 'disk' };
    expect(linesOf(reader.read().rows).slice(1)).toEqual([{ ...lost, records: 5 }]);
    expect(linesOf(reader.read().rows)).toEqual([]);
    writer.lose(2);
    expect(linesOf(reader.read().rows)).toEqual([{ ...lost, records: 2 }]);
    writer.end();
    reader.read();
    expect(filesOf(folder)).toEqual([]);
  });

  it('notices a process that has gone without a word, and what it had begun to write', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const writer = writerTo(folder, {}, deadPid());
    writer.write(`${encodeRow(recordOf('1'))}{"type":"roundTr`);
    expect(idsOf(reader)).toEqual(['1']);
    expect(linesOf(reader.sweep())).toEqual([{ type: 'lost', version: 1, records: 1, reason: 'killed' }]);
    expect(reader.killed).toBe(1);
    expect(filesOf(folder)).toEqual([]);
    expect(linesOf(reader.sweep())).toEqual([]);
  });

  it('does not count a worker thread as killed that has written nothing: module hooks have one', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const pid = deadPid();
    new SegmentWriter(folder, writerName(pid, 1, 'hooks'), process.pid);
    new SegmentWriter(folder, writerName(pid, 2, 'work'), process.pid).write(encodeRow(recordOf('1')));
    expect(idsOf(reader)).toEqual(['1']);
    expect(linesOf(reader.sweep())).toEqual([]);
    expect(reader.killed).toBe(1);
  });

  it('takes a process for ended, not killed, when it ended between two looks', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const writer = writerTo(folder, {}, deadPid());
    reader.read();
    writer.write(encodeRow(recordOf('1')));
    writer.end();
    expect(linesOf(reader.sweep())).toMatchObject([{ id: '1' }]);
    expect(reader.killed).toBe(0);
  });

  it('leaves a thread alone whose process lives', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    const writer = writerTo(folder);
    reader.read();
    expect(linesOf(reader.sweep())).toEqual([]);
    writer.write(encodeRow(recordOf('1')));
    expect(idsOf(reader)).toEqual(['1']);
  });

  it('says that a line is broken, and goes on behind it', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    writerTo(folder).write(`${encodeRow(recordOf('1'))}{"type":\n${encodeRow(recordOf('2'))}`);
    expect(linesOf(reader.read().rows)).toMatchObject([
      { id: '1' },
      { type: 'lost', records: 1, reason: 'broken' },
      { id: '2' },
    ]);
  });

  it('gives rows as they were written, so that who copies them need not parse them', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    // What could only come out of it again when nobody has parsed it.
    const text = '{"type":"roundTrip", "id":"1", "start":1.0}';
    writerTo(folder).write(`${encodeRow(recordOf('0'))}${text}\n`);
    expect(reader.read().rows.map((row) => row.text)[1]).toBe(text);
  });

  it('takes a line for lost that looks like one and is none', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    writerTo(folder).write(`${encodeRow(recordOf('1'))}{"type":}\n`);
    expect(linesOf(reader.read().rows)).toMatchObject([{ id: '1' }, { type: 'lost', reason: 'broken' }]);
  });

  it('counts processes whose Node was not traced', () => {
    const folder = spool();
    const reader = new SpoolReader(folder);
    for (const name of ['v18.20.1.5.skipped', 'v18.20.1.6.skipped', 'v16.0.0.7.skipped'])
      writeFileSync(join(folder, name), '');
    reader.read();
    expect(Object.fromEntries(reader.skipped)).toEqual({ 'v16.0.0': 1, 'v18.20.1': 2 });
    expect(filesOf(folder)).toEqual([]);
  });

  it('ignores files that are not of a spool', () => {
    const folder = spool();
    writeFileSync(join(folder, 'notes.txt'), 'x');
    expect(new SpoolReader(folder).read().rows).toEqual([]);
  });
});

describe('createSpool', () => {
  it('removes spools whose reader has died, and no others', () => {
    const parent = temporaryFolder();
    const alive = createSpool(parent);
    const dead = createSpool(parent);
    const pid = deadPid();
    const abandoned = join(parent, `httptrace-run-${pid}-abcdef`);
    mkdirSync(abandoned);
    const { place } = ownerOf(dead);
    writeFileSync(join(abandoned, 'owner.json'), JSON.stringify({ pid, place }));
    const elsewhere = join(parent, `httptrace-run-${pid}-ghijkl`);
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'owner.json'), JSON.stringify({ pid, place: 'another machine' }));
    const foreign = join(parent, 'httptrace-run-x');
    mkdirSync(foreign);
    createSpool(parent);
    expect([alive, abandoned, elsewhere, foreign].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('removes what was left before its owner was written down, but only when it is old', () => {
    const parent = temporaryFolder();
    const pid = deadPid();
    const [fresh, old] = ['fresh1', 'oldold'].map((end) => join(parent, `httptrace-run-${pid}-${end}`));
    for (const folder of [fresh!, old!]) mkdirSync(folder);
    utimesSync(old!, 0, 0);
    createSpool(parent);
    expect([existsSync(fresh!), existsSync(old!)]).toEqual([true, false]);
  });

  it('throws when the folder for temporary files cannot be written', () => {
    const parent = join(temporaryFolder(), 'none');
    expect(() => createSpool(parent)).toThrow(/ENOENT/);
  });

  it('gives an absolute path of a folder for temporary files that has none', () => {
    const before = process.cwd();
    const parent = temporaryFolder();
    process.chdir(dirname(parent));
    try {
      const folder = createSpool(parent.slice(dirname(parent).length + 1));
      expect(dirname(folder)).toBe(parent);
      rmSync(folder, { recursive: true });
    } finally {
      process.chdir(before);
    }
  });
});

function ownerOf(folder: string): { readonly place: string } {
  // Written by createSpool.
  return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as { place: string };
}
