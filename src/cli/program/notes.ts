import type { SpoolReader } from '../../spool/reader.ts';
import { cleanText } from '../../view/text.ts';
import { plural } from '../../view/format.ts';

/** What the user is to know about what was not seen. */
export function notesOn(reader: SpoolReader): string[] {
  const notes: string[] = [];
  const { threads, killed, unreadable, skipped } = reader;
  for (const [node, count] of skipped) {
    notes.push(
      `${count === 1 ? '1 process' : `${count} processes`} of Node ${cleanText(node)} not traced: 20.19 or 22.12 is the first that can be`,
    );
  }
  if (threads === 0 && skipped.size === 0) {
    notes.push('no Node process was traced: the command ran none, or did not pass NODE_OPTIONS on to it');
  }
  if (killed > 0) {
    notes.push(
      `${killed} of ${plural(threads, 'traced thread')} ended by a signal: requests that were open, and those of its last 100 ms, are missing`,
    );
  }
  if (unreadable > 0) {
    notes.push(`${plural(unreadable, 'thread')} ran as another user: what was recorded cannot be read`);
  }
  return notes;
}
