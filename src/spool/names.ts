/**
 * Names of the files in a spool. They tell what must be told when no byte can be written any more: a name needs no space on
 * the disk.
 *
 * - `100-0-k3f9q2.000001.rows`: rows of one thread of one process; `.rows.end` when nothing more will come.
 * - `100-0-k3f9q2.12.lost`: how many of its records are lost, because there was no room for them.
 * - `v18.20.1.100.skipped`: a process whose Node is not supported.
 * - `owner.json`: who reads.
 */

export const OWNER_FILE = 'owner.json';

/** One thread of one process that writes. */
export interface WriterName {
  /** As it begins the names of its files. */
  readonly name: string;
  readonly pid: number;
  readonly threadId: number;
}

export type SpoolFile =
  | {
      readonly kind: 'segment';
      readonly writer: WriterName;
      readonly number: number;
      /** The last of its writer: nothing more will come. */
      readonly ended: boolean;
    }
  | { readonly kind: 'lost'; readonly writer: WriterName; readonly records: number }
  | { readonly kind: 'skipped'; readonly node: string; readonly pid: number }
  | { readonly kind: 'owner' };

/** @param unique - tells it from a thread that had the same numbers before. */
export function writerName(pid: number, threadId: number, unique: string): WriterName {
  return { name: `${pid}-${threadId}-${unique}`, pid, threadId };
}

export function segmentFile(writer: WriterName, number: number): string {
  return `${writer.name}.${String(number).padStart(6, '0')}.rows`;
}

export function endedFile(writer: WriterName, number: number): string {
  return `${segmentFile(writer, number)}.end`;
}

export function lostFile(writer: WriterName, records: number): string {
  return `${writer.name}.${records}.lost`;
}

/** What a file in a spool is; undefined when it is none of ours. */
export function parseSpoolFile(file: string): SpoolFile | undefined {
  if (file === OWNER_FILE) return { kind: 'owner' };
  const segment = /^((\d+)-(\d+)-[a-z0-9]+)\.(\d+)\.rows(\.end)?$/.exec(file);
  if (segment !== null) {
    const [, name = '', pid, threadId, number, ended] = segment;
    const writer = { name, pid: Number(pid), threadId: Number(threadId) };
    return { kind: 'segment', writer, number: Number(number), ended: ended !== undefined };
  }
  const lost = /^((\d+)-(\d+)-[a-z0-9]+)\.(\d+)\.lost$/.exec(file);
  if (lost !== null) {
    const [, name = '', pid, threadId, records] = lost;
    const writer = { name, pid: Number(pid), threadId: Number(threadId) };
    return { kind: 'lost', writer, records: Number(records) };
  }
  const [, node, pid] = /^(v[\w.+-]+)\.(\d+)\.skipped$/.exec(file) ?? [];
  return node === undefined ? undefined : { kind: 'skipped', node, pid: Number(pid) };
}
