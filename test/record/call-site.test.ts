import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';

import { record } from '../../src/index.ts';
import { callSite } from '../../src/record/call-site.ts';
import { appServer } from '../helpers/app-server.ts';
import { get } from '../http/exchange.ts';
import { expectValid } from './valid.ts';

const folder = mkdtempSync(join(tmpdir(), 'httptrace-call-site-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program of the user's: `fetchPage(url)` makes a request by `requestPage`. */
const PROGRAM = `
function requestPage(url, done) {
  http.get(url, (response) => response.resume().on('end', done));
}
function fetchPage(url) {
  return new Promise((resolve) => requestPage(url, resolve));
}
`;

type Program = { fetchPage(url: string): Promise<void> };

async function load(kind: 'esm' | 'cjs'): Promise<{ program: Program; file: string }> {
  const file = join(folder, `program.${kind === 'esm' ? 'mjs' : 'cjs'}`);
  const head = kind === 'esm' ? `import http from 'node:http';` : `const http = require('node:http');`;
  const tail = kind === 'esm' ? 'export { fetchPage };' : 'module.exports = { fetchPage };';
  writeFileSync(file, head + PROGRAM + tail);
  const url = pathToFileURL(file).href;
  // Written a line above.
  const program = (
    kind === 'esm' ? await import(/* @vite-ignore */ url) : createRequire(import.meta.url)(file)
  ) as Program;
  return { program, file };
}

describe('the call site of a request', () => {
  it.each(['esm', 'cjs'] as const)('is the frames of the application, innermost first (%s)', async (kind) => {
    const { program, file } = await load(kind);
    const { origin } = await appServer((_request, response) => response.end());
    const { records } = await record(() => program.fetchPage(origin), { callSite: true });
    const frames = expectValid(records[0]!).callSite ?? [];
    expect(frames[0]).toMatch(/^requestPage \(.*program\.[cm]js:\d+:\d+\)$/);
    expect(frames[0]).toContain(file);
    expect(frames[1]).toMatch(/program\.[cm]js:\d+:\d+/);
    expect(frames[2]).toMatch(/^(\w+\.)?fetchPage \(.*program/);
    expect(frames.join('\n')).toContain('call-site.test.ts');
  });

  it('has no frame of node or of httptrace', async () => {
    const { origin } = await appServer((_request, response) => response.end());
    const { records } = await record(() => get(origin), { callSite: true });
    for (const frame of records[0]?.callSite ?? ['none']) {
      expect(frame).not.toMatch(/\(?node:|\/src\/|<anonymous>\)$/);
    }
  });

  it('is looked for in no more than sixty frames, of which sixteen are kept', () => {
    const deep = (depth: number): string[] => (depth === 0 ? callSite() : deep(depth - 1));
    expect(deep(100)).toHaveLength(16);
  });

  it('leaves Error.stackTraceLimit as it was', () => {
    const before = Error.stackTraceLimit;
    onTestFinished(() => void (Error.stackTraceLimit = before));
    for (const limit of [0, 3, before]) {
      Error.stackTraceLimit = limit;
      expect(callSite()[0]).toContain('call-site.test.ts');
      expect(Error.stackTraceLimit).toBe(limit);
    }
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('not now');
      },
    ],
    ['gives an array', (_error: Error, frames: NodeJS.CallSite[]) => frames],
  ])('is empty when a prepareStackTrace of the program %s', (_what, prepare) => {
    const before = Error.prepareStackTrace;
    onTestFinished(() => void (Error.prepareStackTrace = before));
    Error.prepareStackTrace = prepare;
    const frames = callSite();
    Error.prepareStackTrace = before;
    expect(frames).toEqual([]);
  });

  it('is absent unless asked for', async () => {
    const { origin } = await appServer((_request, response) => response.end());
    const { records } = await record(async () => {
      const request = http.get(origin);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
      response.resume();
      await once(response, 'end');
    });
    expect(records[0]).not.toHaveProperty('callSite');
  });
});
