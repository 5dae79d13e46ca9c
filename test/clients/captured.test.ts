import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it.each(['captured.mjs', 'captured.cjs'])(
  'functions captured before httptrace is loaded are traced (%s)',
  async (name) => {
    const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
    const { stdout, stderr } = await run(process.execPath, ['--no-warnings', file]);
    expect(stderr).toBe('');
    const seen = JSON.parse(stdout) as Record<string, string[]>; // printed by the fixture
    expect(Object.keys(seen).length).toBeGreaterThan(4);
    for (const [client, hooks] of Object.entries(seen)) {
      expect([client, hooks]).toEqual([
        client,
        ['getConn', 'gotConn', 'wroteRequest', 'gotFirstResponseByte'],
      ]);
    }
  },
);
