// Loaded before the first test, whose time it would take: the command loads them when they are asked for.
import '../../src/cli/saved/diff.ts';
import '../../src/cli/saved/report.ts';
import '../../src/cli/saved/show.ts';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceLine } from '../../src/trace-file/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'httptrace saved '));

/** JSON lines. */
export function traceText(lines: readonly TraceLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** A file in a folder of the test's own, whose name has a space. */
export function file(name: string, content: string | Uint8Array | readonly TraceLine[]): string {
  const path = pathOf(name);
  writeFileSync(
    path,
    typeof content === 'string' || content instanceof Uint8Array ? content : traceText(content),
  );
  return path;
}

/** Where a file would be. */
export function pathOf(name: string): string {
  return join(folder, name);
}
