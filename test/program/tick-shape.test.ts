import { expect, it } from 'vitest';

import { TICK_SHAPE, folderWith, start } from './programs.ts';

// Only V8 can tell, so in a process with its own functions.
const PROGRAM = `
  import { createHook } from 'node:async_hooks';
  const { keepTickShape } = await import(process.argv[2]);
  const kept = keepTickShape();
  let tick;
  const hook = createHook({ init(id, type, trigger, resource) { if (type === 'TickObject') tick = resource; } }).enable();
  process.nextTick(() => {});
  hook.disable();
  console.log(kept === undefined ? 'nothing' : %HaveSameMap(kept, tick) ? 'same' : 'other');
`;

/** On Node 22 the third property has a symbol that nobody can get. */
const EXPECTED: Record<string, string> = { 20: 'same', 22: 'other' };

it('keeps an object of the very shape of those that process.nextTick makes, where Node needs that', async () => {
  const folder = folderWith({ 'app.mjs': PROGRAM });
  const { ended } = start([process.execPath, '--allow-natives-syntax', 'app.mjs', TICK_SHAPE], {
    cwd: folder,
  });
  const { stdout } = await ended;
  const [major = ''] = process.versions.node.split('.');
  expect(stdout.trim()).toBe(EXPECTED[major] ?? 'nothing');
});
