import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { SCENES } from '../../demo/scenes.ts';
import { textWidth } from '../../src/view/text.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TIME_LIMIT = 30_000;

interface Run {
  readonly process: ReturnType<typeof spawn>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<unknown[]>;
}

/** Starts the compiled demo with this environment and nothing else in it. */
function start(env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [join(root, '.cache/demo/demo/main.js')], {
    env: { PATH: process.env['PATH'], ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text.stdout += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece));
  return {
    process: child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended: once(child, 'close'),
  };
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map(textWidth));
}

describe('npm run demo', () => {
  beforeAll(() => {
    // Whether the types are right is what `npm run typecheck` says.
    spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'demo'], { cwd: root });
  }, TIME_LIMIT);

  it(
    'plays every scene into a pipe: no colours, 80 columns, nothing on stderr',
    async () => {
      const { ended, stdout, stderr } = start({ LANG: 'C.UTF-8' });
      expect(await ended).toEqual([0, null]);
      expect(stderr()).toBe('');
      for (const { title } of SCENES) expect(stdout()).toContain(title);
      expect(stdout()).toContain('new #1');
      expect(stdout()).toMatch(/✗ \S+ +E\w+ after/);
      expect(stdout()).toMatch(
        /Reusing the connection saved [\d.]+ ms of [\d.]+ ms: no dns, no connect, no tls\./,
      );
      expect(stdout()).not.toMatch(/^\s+at .*:\d+:\d+/m);
      expect(stripVTControlCharacters(stdout())).toBe(stdout());
      expect(widest(stdout())).toBeLessThanOrEqual(80);
    },
    TIME_LIMIT,
  );

  it(
    'fills 200 columns, in colours, with ASCII where the locale has no UTF-8, past a proxy',
    async () => {
      const proxy = 'http://127.0.0.1:9';
      const proxies = { http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
      const { ended, stdout, stderr } = start({ LC_ALL: 'C', COLUMNS: '200', FORCE_COLOR: '1', ...proxies });
      expect(await ended).toEqual([0, null]);
      expect(stderr()).toBe('');
      expect(stdout()).toContain('\u001b[');
      const plain = stripVTControlCharacters(stdout());
      expect(plain).toMatch(/^[\n\x20-\x7e]*$/);
      expect(widest(plain)).toBe(200);
    },
    TIME_LIMIT,
  );

  it(
    'ends with 130 after Ctrl-C, without the scenes that were to come',
    async () => {
      const { process: child, ended, stdout, stderr } = start({ LANG: 'C.UTF-8' });
      let isPressed = false;
      child.stdout?.on('data', () => {
        if (isPressed || !stdout().includes('$ httptrace --slo')) return;
        isPressed = child.kill('SIGINT');
      });
      expect(await ended).toEqual([130, null]);
      expect(stdout()).not.toContain(SCENES.at(-1)?.title);
      expect(stderr()).toBe('');
    },
    TIME_LIMIT,
  );
});
