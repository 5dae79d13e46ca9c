import { OWNER_FILE } from './names.ts';
import { codeOf, readFileSync } from './system.ts';

/** Who reads a spool. */
export interface Owner {
  readonly pid: number;
  /** Where `pid` has its meaning: containers share a folder, but not their processes. */
  readonly place: string;
}

/** The owner that this process is. */
export function thisOwner(): Owner {
  return { pid: process.pid, place: thisPlace() };
}

/**
 * Whether nobody will read the spool any more. False also when that cannot be known.
 *
 * @param pid - the owner's; asking the system is cheaper than reading the file.
 */
export function isAbandoned(folder: string, pid: number): boolean {
  if (isAlive(pid)) return false;
  const owner = readOwner(folder);
  return owner !== undefined && owner.place === thisPlace() && !isAlive(owner.pid);
}

/** Whether there is a process of that number; one of another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function readOwner(folder: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(`${folder}/${OWNER_FILE}`, 'utf8'));
    // Written by createSpool, into a folder that nobody else can write.
    return owner as Owner;
  } catch {
    return undefined;
  }
}

function thisPlace(): string {
  // Loaded here: a traced process hardly ever asks.
  return `${process.getBuiltinModule('node:os').hostname()} ${processNamespace()}`;
}

function processNamespace(): string {
  try {
    return process.getBuiltinModule('node:fs').readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
