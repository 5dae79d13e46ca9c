import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OWNER_FILE } from './names.ts';
import { isAbandoned, isAlive, thisOwner } from './owner.ts';
import { SPOOL_PREFIX, spoolOwner } from './settings.ts';

/** Milliseconds after which a spool has its owner's file. */
const SIGNED_WITHIN = 3_600_000;

/**
 * Makes a spool that this process reads: a folder that only its user can open. Removes those whose reader has died.
 *
 * @param temporary - folder for temporary files.
 * @returns path of the folder, absolute.
 * @throws what the system says when it cannot be made.
 */
export function createSpool(temporary: string): string {
  const parent = resolve(temporary);
  removeAbandoned(parent);
  const folder = mkdtempSync(join(parent, `${SPOOL_PREFIX}${process.pid}-`));
  try {
    writeFileSync(join(folder, OWNER_FILE), JSON.stringify(thisOwner()), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    removeSpool(folder);
    throw error;
  }
  return folder;
}

/** Removes a spool and all that is in it; a process that still writes notices, and stops. */
export function removeSpool(folder: string): void {
  // A file may be made while the folder is being removed.
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function removeAbandoned(parent: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(parent);
  } catch {
    return;
  }
  for (const name of names) {
    const folder = join(parent, name);
    const owner = spoolOwner(folder);
    try {
      if (owner !== undefined && isOwnFolder(folder) && isLeft(folder, owner)) removeSpool(folder);
    } catch {
      // It is another user's, or another run removes it.
    }
  }
}

function isLeft(folder: string, owner: number): boolean {
  if (isAbandoned(folder, owner)) return true;
  // Its owner has died before it could say who it was, or is about to.
  const isUnsigned = !existsSync(join(folder, OWNER_FILE));
  return isUnsigned && !isAlive(owner) && Date.now() - lstatSync(folder).mtimeMs > SIGNED_WITHIN;
}

/** In a folder that everybody can write to, anybody can make one with such a name. */
function isOwnFolder(folder: string): boolean {
  const stats = lstatSync(folder);
  return stats.isDirectory() && (process.getuid === undefined || stats.uid === process.getuid());
}
