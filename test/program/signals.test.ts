import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { folderWith, linesOf, requestsIn, startRun } from './programs.ts';
import { startServer } from './server.ts';

const NODE = process.execPath;
/** Says `ready` after a request, and waits. */
const WAIT = `await (await fetch(process.argv[2])).text(); console.log('ready'); setInterval(() => {}, 1000);`;
/** Not in a terminal, so that signals for us alone are passed on. */
const GRACEFUL = `process.on('SIGNAL', () => { console.log('got SIGNAL'); setTimeout(() => process.exit(5), 20); });`;

function graceful(signal: string): string {
  return GRACEFUL.replaceAll('SIGNAL', signal) + WAIT;
}

describe('httptrace run and signals', { timeout: 60_000 }, () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)(
    'passes %s on and ends as the command does',
    async (signal) => {
      const { url } = await startServer();
      const folder = folderWith({ 'app.mjs': graceful(signal) });
      const { child, ended, said } = startRun([NODE, 'app.mjs', url], { cwd: folder });
      await said('ready');
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(5);
      expect(stdout.match(new RegExp(`got ${signal}`, 'g'))).toHaveLength(1);
      expect(stderr).toContain('GET');
    },
  );

  it('ends by the signal that ended the command, with what was seen, and leaves nothing behind', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': WAIT });
    const tmp = folderWith();
    const words = ['--save', 'all.jsonl', NODE, 'app.mjs', url];
    const { child, ended, said } = startRun(words, { cwd: folder, env: { TMPDIR: tmp } });
    await said('ready');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(linesOf(join(folder, 'all.jsonl')).at(-1)).toMatchObject({
      type: 'end',
      exitCode: null,
      signal: 'SIGTERM',
    });
    expect(readdirSync(tmp)).toEqual([]);
  });

  it('waits for a command that does not end at Ctrl-C', async () => {
    const { url } = await startServer();
    const code = `process.on('SIGINT', () => console.log('no')); process.on('SIGTERM', () => process.exit(0)); ${WAIT}`;
    const folder = folderWith({ 'app.mjs': code });
    const { child, ended, said } = startRun([NODE, 'app.mjs', url], { cwd: folder });
    await said('ready');
    child.kill('SIGINT');
    await said('no');
    expect(child.exitCode).toBe(null);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('loses of a command that is killed no more than its last moments', async () => {
    const { url } = await startServer();
    // Killed by itself, right behind a request: what finished 100 ms before that must be there.
    const code = `
      for (let i = 0; i < 50; i++) await (await fetch(process.argv[2] + '/' + i)).text();
      const last = performance.now();
      while (performance.now() - last < 120) await (await fetch(process.argv[2] + '/late')).text();
      process.kill(process.pid, 'SIGKILL');
    `;
    const folder = folderWith({ 'app.mjs': code });
    const words = ['--save', 'all.jsonl', NODE, 'app.mjs', url];
    const { ended } = startRun(words, { cwd: folder });
    const { signal, stderr } = await ended;
    expect(signal).toBe('SIGKILL');
    const early = requestsIn(join(folder, 'all.jsonl')).filter(
      ({ request }) => !request.url.endsWith('/late'),
    );
    expect(early).toHaveLength(50);
    expect(stderr).toContain('1 of 1 traced thread ended by a signal');
  });

  it('does not harm a command when it is killed itself', async () => {
    const { url, requests } = await startServer();
    const code = `
      import { writeFileSync } from 'node:fs';
      console.log('ready');
      process.stdin.once('data', async () => {
        await (await fetch(process.argv[2])).text();
        writeFileSync('done', String(process.exitCode));
        process.exit();
      });
    `;
    const folder = folderWith({ 'app.mjs': code });
    const tmp = folderWith();
    const { child, ended, said } = startRun([NODE, 'app.mjs', url], { cwd: folder, env: { TMPDIR: tmp } });
    await said('ready');
    child.kill('SIGKILL');
    child.stdin?.write('go');
    await ended;
    await vi.waitFor(() => expect(existsSync(join(folder, 'done'))).toBe(true));
    expect(requests()).toBe(1);
    expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('undefined');
    // What is left is removed by the next run.
    const next = startRun(['-q', 'true'], { env: { TMPDIR: tmp } });
    expect(await next.ended).toMatchObject({ code: 0 });
    await vi.waitFor(() => expect(readdirSync(tmp)).toEqual([]));
  });

  it('goes on when nobody reads what it says', async () => {
    const { url } = await startServer();
    const code = `${WAIT} process.stdin.once('data', async () => {
      for (let i = 0; i < 20; i++) await (await fetch(process.argv[2])).text();
      console.log('done');
      process.exit(4);
    });`;
    const folder = folderWith({ 'app.mjs': code });
    const words = ['--save', 'all.jsonl', NODE, 'app.mjs', url];
    const { child, ended, said } = startRun(words, { cwd: folder });
    await said('ready');
    child.stderr?.destroy();
    child.stdin?.write('go');
    expect(await ended).toMatchObject({ code: 4, stdout: 'ready\ndone\n' });
    expect(requestsIn(join(folder, 'all.jsonl'))).toHaveLength(21);
  });
});
