// @ts-check
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

const isPinning =
  availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', process.execPath, '-e', '0']).status === 0;

/**
 * What to put in front of a command so that it runs on `core`; nothing where that cannot be had.
 *
 * @param {number | undefined} core
 */
export function onCore(core) {
  return isPinning && core !== undefined ? ['taskset', '-c', String(core)] : [];
}

/**
 * Flags of the processes whose requests are timed. They keep away two guesses of V8's by which a program's speed depends on how much
 * memory it has, whatever that is (docs/discoveries/v8.md). In a small program the first full collection comes at any moment of the
 * warm-up, earlier the more code is loaded, and that moment decides about 15 % of the processor time: with these it does not
 * come, but with node:https on Node 22 and some fetches. And V8 takes much of what fetch makes for long-lived and puts it where
 * only a full collection finds it dead, which costs a third of the time; where little else is alive it finds out, where there is
 * 2 MB more it does not.
 */
export const TIMED = ['--initial-heap-size=128', '--no-allocation-site-pretenuring'];

/**
 * Starts a module, on a core of its own if one is given.
 *
 * @param {string} module
 * @param {object} settings its only argument, as JSON
 * @param {number | undefined} core without one, whichever is free
 * @param {readonly string[]} [flags] of node
 */
export function forkOn(module, settings, core, flags = []) {
  const [execPath = process.execPath, ...execArgv] = [...onCore(core), process.execPath, ...flags];
  return fork(module, [JSON.stringify(settings)], {
    execPath,
    execArgv,
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
}

/**
 * @param {import('node:child_process').ChildProcess} process
 * @returns {Promise<any>} what it sends next
 */
export async function answerOf(process) {
  const stopped = new AbortController();
  const end = once(process, 'exit', { signal: stopped.signal }).then(([code]) => {
    throw new Error(`a process of the benchmark ended (${code}); its message is above`);
  });
  try {
    const [answer] = await Promise.race([once(process, 'message', { signal: stopped.signal }), end]);
    return answer;
  } finally {
    end.catch(() => {});
    stopped.abort();
  }
}
