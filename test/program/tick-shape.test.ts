import { describe, expect, it } from 'vitest';

import { LIBRARY, folderWith, start } from './programs.ts';

// Only V8 can tell, so in a process with its own functions. Without ticks that wait, the collection finds none of them.
const PROGRAM = `
  const [library] = process.argv.slice(2);
  if (library !== undefined) (await import(library)).observe(() => undefined)[Symbol.dispose]();
  const ticks = async () => { for (let i = 0; i < 100; i++) await new Promise((done) => process.nextTick(done)); };
  await ticks();
  gc();
  await ticks();
  %DebugPrint(process.nextTick);
`;

/** At how many places of nextTick V8 knows the shape of what it makes, and at how many it has given up, after a full collection. */
async function shapesAfterCollection(...args: string[]): Promise<{ known: number; lost: number }> {
  const folder = folderWith({ 'app.mjs': PROGRAM });
  const command = [process.execPath, '--allow-natives-syntax', '--expose-gc', 'app.mjs', ...args];
  const { code, stdout, stderr } = await start(command, { cwd: folder }).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const count = (state: string) => stdout.split(`DefineKeyedOwnPropertyInLiteral ${state}`).length - 1;
  return { known: count('MONOMORPHIC'), lost: count('MEGAMORPHIC') };
}

describe('the shape of what process.nextTick makes', () => {
  it('is forgotten by a full collection without us, which makes nextTick six times as slow for good', async () => {
    expect((await shapesAfterCollection()).lost).toBeGreaterThan(0);
  });

  it('is kept by a program in which httptrace is installed', async () => {
    const { known, lost } = await shapesAfterCollection(LIBRARY);
    expect(lost).toBe(0);
    expect(known).toBeGreaterThan(0);
  });
});
