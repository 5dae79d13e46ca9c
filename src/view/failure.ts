import type { RoundTripRecord } from '../record/types.ts';
import { explainFailure } from './explain.ts';
import type { Explanation } from './explanation.ts';
import type { Pen } from './pen.ts';
import { significantError } from './significant-error.ts';
import { truncateEnd, wrapWords } from './text.ts';

/** A certificate can list hundreds of names, and an error repeats them. */
const LONGEST_REASON = 480;

/**
 * What went wrong in a round trip, in which phase, and what to try; nothing when it did not fail.
 *
 * @param of - whose it is, when there are several.
 */
export function drawFailure(record: RoundTripRecord, pen: Pen, of = ''): string[] {
  const explanation = explainFailure(record);
  if (explanation === undefined || record.error === undefined) return [];
  const { code } = significantError(record.error);
  const phase = record.error.phase === undefined ? '' : `${record.error.phase} failed: `;
  const ownCode = code === undefined || code.startsWith('ERR_HTTPTRACE_') ? '' : ` (${code})`;
  return drawExplanation(
    { ...explanation, what: `${of === '' ? '' : `${of}: `}${phase}${explanation.what}${ownCode}` },
    pen,
  );
}

/** A blank line, what happened, why, and what to try. */
export function drawExplanation({ what, why, advice }: Explanation, pen: Pen): string[] {
  const room = pen.width - 2;
  const [title = '', ...more] = wrapWords(pen.text(what), room);
  const lines = ['', `${pen.glyph.failed} ${title}`, ...more.map((text) => `  ${text}`)].map((line) =>
    pen.paint('bad', line),
  );
  const reason = truncateEnd(pen.text(why), LONGEST_REASON, pen.glyph.ellipsis);
  for (const text of wrapWords(reason, room)) lines.push(`  ${text}`);
  const { arrow } = pen.glyph;
  for (const one of advice) {
    const [first = '', ...rest] = wrapWords(pen.text(one), room - arrow.length - 1);
    lines.push(
      `  ${pen.paint('dim', arrow)} ${first}`,
      ...rest.map((text) => `  ${' '.repeat(arrow.length)} ${text}`),
    );
  }
  return lines;
}
