import { gzipSync } from 'node:zlib';
import type { TraceLine } from '../../trace-file/types.ts';
import { splitTemplate, traceElement } from './template.ts';

/** Characters of JSON after which a block is closed: the page shows rows while it still reads the next one. */
const BLOCK_LENGTH = 1_000_000;

/**
 * Makes a report: one HTML file with the trace in it, which asks nobody for anything.
 *
 * The trace is in blocks of gzip in base64. Nothing in it can end its element or begin a comment, because the alphabet of
 * base64 has no `<`.
 *
 * @param template - the page, from `readTemplate()`.
 * @param lines - of a trace file, in its order; read one at a time.
 * @returns pieces of the file, in order.
 */
export function* renderReport(
  template: string,
  lines: Iterable<TraceLine>,
): Generator<string, void, undefined> {
  const { before, after } = splitTemplate(template);
  const [open, close] = splitElement();
  yield before + open;
  let block = '';
  for (const line of lines) {
    block += `${JSON.stringify(line)}\n`;
    if (block.length < BLOCK_LENGTH) continue;
    yield encodeBlock(block);
    block = '';
  }
  if (block !== '') yield encodeBlock(block);
  yield close + after;
}

function encodeBlock(text: string): string {
  return `${gzipSync(text).toString('base64')}\n`;
}

function splitElement(): [open: string, close: string] {
  const element = traceElement('report', '');
  const end = element.lastIndexOf('<');
  return [`${element.slice(0, end)}\n`, element.slice(end)];
}
