import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, folderWith, linesOf, start } from './programs.ts';
import { startServer } from './server.ts';

/** A file system of our own needs a kernel that gives one to any user. */
const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;
const NODE = process.execPath;

describe.skipIf(!canMount)('httptrace run on a full disk', { timeout: 60_000 }, () => {
  it('does not harm the command, and tells how many records are lost', async () => {
    const { url } = await startServer();
    const code = `
      import { writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      try { writeFileSync(tmpdir() + '/filler', Buffer.alloc(2 << 20)); } catch {}
      for (let i = 0; i < 200; i++) await (await fetch(process.argv[2])).text();
      console.log('done');
    `;
    const folder = folderWith({ 'app.mjs': code, 'tmp/x': '' });
    const command = `"${NODE}" "${BIN}" run --save all.jsonl -- "${NODE}" app.mjs ${url}`;
    const mounted = `mount -t tmpfs -o size=1m none tmp && TMPDIR="$PWD/tmp" exec ${command}`;
    const { ended } = start(['unshare', '-rm', 'sh', '-c', mounted], { cwd: folder });
    const { code: exitCode, stdout, stderr } = await ended;
    expect(stdout).toBe('done\n');
    expect(exitCode).toBe(0);
    const lines = linesOf(join(folder, 'all.jsonl'));
    const lost = lines.reduce((sum, line) => (line.type === 'lost' ? sum + line.records : sum), 0);
    const requests = lines.filter(({ type }) => type === 'roundTrip').length;
    const connections = lines.filter(({ type }) => type === 'connection').length;
    expect(lost).toBeGreaterThan(0);
    // A connection's record can be lost as well.
    expect(requests + lost).toBeGreaterThanOrEqual(200);
    expect(requests + connections + lost).toBeLessThan(220);
    expect(stderr).toMatch(/\d+ records? .*(lost|missing)/);
  });

  it('says that a file could not be written, and ends with 23 when the command succeeded', async () => {
    const { url } = await startServer();
    const code = `for (let i = 0; i < 50; i++) await (await fetch(process.argv[2])).text();`;
    const folder = folderWith({ 'app.mjs': code, 'small/x': '' });
    const command = `"${NODE}" "${BIN}" run -q --save small/all.jsonl -- "${NODE}" app.mjs ${url}`;
    const mounted = `mount -t tmpfs -o size=8k none small && exec ${command}`;
    const { ended } = start(['unshare', '-rm', 'sh', '-c', mounted], { cwd: folder });
    const { code: exitCode, stderr } = await ended;
    expect(exitCode).toBe(23);
    expect(stderr).toBe('httptrace: cannot write small/all.jsonl: no space left\n');
  });
});
