/**
 * What writing needs of Node, taken before the program runs: one that mocks `fs` or the timers, or wraps them, neither
 * sees the writer nor stops it.
 */
const fs = process.getBuiltinModule('node:fs');

export const {
  closeSync,
  fchmodSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} = fs;
export const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
export const { setTimeout: startTimer } = process.getBuiltinModule('node:timers');
export const stringify = JSON.stringify;

/** `code` of an error of Node's: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
