import { formatDuration } from '../view/format.ts';
import type { Pen } from '../view/pen.ts';
import { cleanText, padEnd } from '../view/text.ts';
import type { SloResult } from './slo.ts';

/**
 * A rule and whether it was kept, below a picture.
 *
 * @param of - which client it is about, when there are several.
 */
export function drawSlo(pen: Pen, result: SloResult, of = ''): string {
  const label = pen.paint(sloStyle(result), `slo ${sloVerdict(result)}`);
  return `${padEnd(label, 12)}${of === '' ? '' : `${of}  `}${pen.text(result.rule.text)}  ${sloValue(result)}`;
}

/** The same for standard error, beside records. */
export function sloLine(result: SloResult, of = ''): string {
  const who = of === '' ? '' : `${of}  `;
  return `httptrace: slo ${sloVerdict(result)}: ${who}${cleanText(result.rule.text)}  ${sloValue(result)}`;
}

/** A metric that did not happen (no tls on a reused connection) keeps every limit, but says nothing of it. */
function sloVerdict({ kept, value }: SloResult): string {
  if (value === undefined) return 'unseen';
  return kept ? 'kept' : 'broken';
}

function sloStyle({ kept, value }: SloResult): 'good' | 'warn' | 'bad' {
  if (value === undefined) return 'warn';
  return kept ? 'good' : 'bad';
}

function sloValue({ rule, value }: SloResult): string {
  return value === undefined ? `(no ${rule.metric})` : `(${formatDuration(value)})`;
}
