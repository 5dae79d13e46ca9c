import {
  closeSync,
  fchmodSync,
  fstatSync,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
  openSync,
  writeSync,
} from './system.ts';

/** Only its user may read what a program asked for. */
const PRIVATE = 0o600;

/** Makes a file that was not there. */
export function createPrivate(path: string): void {
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL, PRIVATE);
  try {
    // The program's umask may have taken the reader's rights. Only then, because Node's permission model forbids it.
    if ((fstatSync(descriptor).mode & PRIVATE) !== PRIVATE) fchmodSync(descriptor, PRIVATE);
  } finally {
    closeSync(descriptor);
  }
}

/** What {@link appendTo} did. */
export interface Appended {
  /** Bytes that were written. */
  readonly written: number;
  /** Bytes that the file has now. */
  readonly size: number;
  /** Why not all were written. */
  readonly error?: unknown;
}

/**
 * Appends bytes. The file is open for that time only: a descriptor that is kept can be closed by the program, and its
 * number then belongs to a file of the program.
 *
 * @param create - makes the file when there is none.
 * @param limit - writes nothing to a file that has more bytes.
 * @throws what the system says when the file cannot be opened.
 */
export function appendTo(path: string, bytes: Buffer, create: boolean, limit = Infinity): Appended {
  const descriptor = openSync(path, O_WRONLY | O_APPEND | (create ? O_CREAT : 0), PRIVATE);
  let written = 0;
  let size = 0;
  try {
    ({ size } = fstatSync(descriptor));
    if (size >= limit) return { written, size, error: new Error(`${path} has ${size} bytes`) };
    while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written);
    return { written, size: size + written };
  } catch (error) {
    return { written, size: size + written, error };
  } finally {
    closeSync(descriptor);
  }
}
