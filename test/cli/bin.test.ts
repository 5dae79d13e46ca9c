import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hello, serve, serveRaw } from './harness.ts';

const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** Starts the command as a process of its own. */
function start(...args: string[]): {
  process: ReturnType<typeof spawn>;
  exited: Promise<unknown[]>;
  output: () => string;
} {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { process: child, exited: once(child, 'close'), output: () => text };
}

describe('the program', () => {
  it('draws a request and exits at once, although the server would keep the connection', async () => {
    const { url } = await serve(hello);
    const { exited, output } = start(url);
    expect(await exited).toEqual([0, null]);
    expect(output()).toContain('HTTP/1.1 200 OK');
  });

  it('exits with 2 and one line for a bad command line', async () => {
    const { exited, output } = start('--nonsense');
    expect(await exited).toEqual([2, null]);
    expect(output()).toBe('httptrace: unknown option --nonsense; see httptrace --help\n');
  });

  it('draws what happened so far after Ctrl-C, and exits with 130', async () => {
    let interrupt = (): void => {};
    const port = await serveRaw((socket) => socket.once('data', () => interrupt()));
    const { process: child, exited, output } = start(`127.0.0.1:${port}`);
    interrupt = () => void child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(output()).toContain('✗ wait failed: interrupted');
  });

  it('ends quietly when its reader goes away', async () => {
    const { process: child, exited, output } = start('--help');
    child.stdout?.destroy();
    expect(await exited).toEqual([0, null]);
    expect(output()).toBe('');
  });
});
