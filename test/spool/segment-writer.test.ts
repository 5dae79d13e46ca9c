import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { filesOf, spool, temporaryFolder, writerTo } from './fixtures.ts';
import { SegmentWriter } from '../../src/spool/segment-writer.ts';
import { writerName } from '../../src/spool/names.ts';

describe('SegmentWriter', () => {
  it('makes its file at once, which only its user may read, whatever the umask', () => {
    const folder = spool();
    const before = process.umask(0o777);
    writerTo(folder);
    process.umask(before);
    const [file = ''] = filesOf(folder);
    expect(file).toMatch(/\.000001\.rows$/);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('appends rows and says by a name that nothing more will come', () => {
    const folder = spool();
    const writer = writerTo(folder);
    expect(writer.write('{"a":1}\n')).toBe(true);
    expect(writer.write('{"a":2}\n')).toBe(true);
    writer.end();
    const [file = '', ...others] = filesOf(folder);
    expect(others).toEqual([]);
    expect(file).toMatch(/\.000001\.rows\.end$/);
    expect(readFileSync(join(folder, file), 'utf8')).toBe('{"a":1}\n{"a":2}\n');
  });

  it('begins another segment when one is full', () => {
    const folder = spool();
    const writer = writerTo(folder, { segmentBytes: 10 });
    for (const row of ['{"a":1}\n', '{"a":2}\n', '{"a":3}\n']) expect(writer.write(row)).toBe(true);
    expect(filesOf(folder).map((file) => readFileSync(join(folder, file), 'utf8'))).toEqual([
      '{"a":1}\n{"a":2}\n',
      '{"a":3}\n',
    ]);
  });

  it('takes no rows while the spool is full, and takes them again when it has been read', () => {
    const folder = spool();
    const writer = writerTo(folder, { segmentBytes: 10, spoolBytes: 30 });
    const taken = Array.from({ length: 20 }, () => writer.write('{"a":1}\n'));
    expect(taken).toContain(false);
    expect(taken.filter(Boolean).length * 8).toBeLessThan(30 + 10);
    for (const file of filesOf(folder).slice(0, -1)) rmSync(join(folder, file));
    expect(writer.write('{"a":1}\n')).toBe(true);
  });

  it('tells what is lost by a name, which needs no space', () => {
    const folder = spool();
    const writer = writerTo(folder);
    writer.lose(3);
    writer.lose(4);
    expect(filesOf(folder).filter((file) => file.endsWith('.lost'))).toEqual([
      expect.stringMatching(/\.7\.lost$/),
    ]);
  });

  it('knows that nobody reads any more when the spool has gone', () => {
    const folder = spool();
    const writer = writerTo(folder);
    rmSync(folder, { recursive: true });
    expect(writer.write('{"a":1}\n')).toBe(false);
    expect(writer.isAbandoned).toBe(true);
    writer.end();
    expect(existsSync(folder)).toBe(false);
  });

  it('goes on in another segment when its own was removed and the spool is there', () => {
    const folder = spool();
    const writer = writerTo(folder);
    for (const file of filesOf(folder)) rmSync(join(folder, file));
    expect(writer.write('{"a":1}\n')).toBe(false);
    expect(writer.isAbandoned).toBe(false);
    expect(writer.write('{"a":1}\n')).toBe(true);
    expect(filesOf(folder)).toEqual([expect.stringMatching(/\.000002\.rows$/)]);
  });

  it('leaves nothing behind when its reader has died without removing the spool', () => {
    const folder = spool();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const owner = join(folder, 'owner.json');
    writeFileSync(owner, readFileSync(owner, 'utf8').replace(`"pid":${process.pid}`, `"pid":${pid}`));
    const writer = new SegmentWriter(folder, writerName(process.pid, 0, 'dead'), pid, { segmentBytes: 5 });
    expect(writer.write('{"a":1}\n')).toBe(true);
    expect(writer.write('{"a":1}\n')).toBe(false);
    expect(writer.isAbandoned).toBe(true);
    expect(filesOf(folder)).toEqual([]);
  });

  it('keeps what it wrote when its reader is in another container, whose processes it cannot see', () => {
    const folder = spool();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid, place: 'elsewhere' }));
    const writer = new SegmentWriter(folder, writerName(process.pid, 0, 'far'), pid, { segmentBytes: 5 });
    for (let i = 0; i < 3; i++) expect(writer.write('{"a":1}\n')).toBe(true);
    writer.end();
    expect(filesOf(folder)).toHaveLength(3);
  });

  it('throws when there is no such folder', () => {
    expect(() => writerTo(join(temporaryFolder(), 'none'))).toThrow(/ENOENT/);
  });

  it.skipIf(process.getuid?.() === 0)('takes no rows where it may not write', () => {
    const folder = spool();
    const writer = writerTo(folder);
    const [file = ''] = filesOf(folder);
    chmodSync(join(folder, file), 0o400);
    expect(writer.write('{"a":1}\n')).toBe(false);
    expect(writer.isAbandoned).toBe(false);
  });
});
