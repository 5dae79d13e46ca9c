import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

import { UNDICI_8, runsUndici8 } from '../helpers/undici-8.ts';

const run = promisify(execFile);

it.each(['captured.mjs', 'captured.cjs'])(
  'functions captured before httptrace is loaded are traced (%s)',
  async (name) => {
    const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
    const { stdout, stderr } = await run(process.execPath, [
      '--no-warnings',
      file,
      ...(runsUndici8() ? [UNDICI_8] : []),
    ]);
    expect(stderr).toBe('');
    const seen = JSON.parse(stdout) as Record<string, string[]>; // printed by the fixture
    expect(Object.keys(seen)).toEqual(
      expect.arrayContaining(['get', 'fetch', 'undici 6 request', 'undici 7 request', 'node:http2']),
    );
    expect('undici 8 request' in seen).toBe(runsUndici8());
    for (const [client, hooks] of Object.entries(seen)) {
      expect([client, hooks]).toEqual([
        client,
        ['getConn', 'gotConn', 'wroteRequest', 'gotFirstResponseByte'],
      ]);
    }
  },
);
