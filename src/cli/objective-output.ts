import { formatDuration } from '../view/format.ts';
import type { Pen } from '../view/pen.ts';
import { cleanText, padEnd } from '../view/text.ts';
import type { ObjectiveResult } from './objective.ts';

/** An objective and whether it was kept, below a summary. */
export function drawObjective(pen: Pen, result: ObjectiveResult): string {
  const style = result.value === undefined ? 'warn' : result.kept ? 'good' : 'bad';
  const label = pen.paint(style, `slo ${verdict(result)}`);
  return `${padEnd(label, 12)}${pen.text(result.objective.text)}  ${valueText(result)}`;
}

/** The same for standard error, beside records. */
export function objectiveLine(result: ObjectiveResult): string {
  return `httptrace: slo ${verdict(result)}: ${cleanText(result.objective.text)}  ${valueText(result)}`;
}

function verdict({ kept, value }: ObjectiveResult): string {
  if (value === undefined) return 'unseen';
  return kept ? 'kept' : 'broken';
}

function valueText({ objective: { of }, value }: ObjectiveResult): string {
  if (value === undefined) return of === undefined ? '(no request)' : `(no ${of.metric})`;
  if (of !== undefined) return `(${formatDuration(value)})`;
  return `(${Number((value * 100).toFixed(2))} %)`;
}
