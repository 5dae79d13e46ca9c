import type { Finding } from '../analyze/findings/finding.ts';
import { plural } from './format.ts';
import { Pen, type PenOptions } from './pen.ts';
import { wrapWords } from './text.ts';

/** Ids of records that are shown with a finding. */
const MOST_IDS = 3;
const LEAST_WIDTH = 40;
/** Longer lines are hard to read. */
const MOST_WIDTH = 110;

/**
 * Writes findings out: what, where, with which evidence, what to do, and which records show it.
 *
 * @returns lines without line ends. Nothing in them that came from the network can control a terminal.
 */
export function drawFindings(findings: readonly Finding[], options: PenOptions): string[] {
  const pen = new Pen(options);
  if (findings.length === 0) return [pen.paint('dim', 'no findings')];
  const title = plural(findings.length, 'finding');
  return [pen.paint('bold', title), ...findings.flatMap((finding) => ['', ...drawFinding(pen, finding)])];
}

function drawFinding(pen: Pen, finding: Finding): string[] {
  const { severity, title, origin, evidence, advice, records } = finding;
  const width = Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, pen.width)) - 2;
  const style = severity === 'warning' ? 'warn' : 'bold';
  const [first = '', ...more] = wrapWords(pen.text(title), width);
  const lines = [
    `${pen.paint(style, severity === 'warning' ? '!' : 'i')} ${pen.paint(style, first)}`,
    ...more.map((line) => `  ${pen.paint(style, line)}`),
  ];
  if (origin !== undefined)
    lines.push(...indented(pen.text(origin), width).map((line) => pen.paint('dim', line)));
  lines.push(...indented(pen.text(evidence), width));
  const { arrow } = pen.glyph;
  const [step = '', ...rest] = wrapWords(pen.text(advice), width - arrow.length - 1);
  const gap = ' '.repeat(arrow.length + 3);
  lines.push(`  ${pen.paint('dim', arrow)} ${step}`, ...rest.map((line) => gap + line));
  if (records.length > 0) {
    const shown = records.slice(0, MOST_IDS).map((id) => pen.text(id));
    lines.push(...indented(`see ${shown.join(' ')}`, width).map((line) => pen.paint('dim', line)));
  }
  return lines;
}

function indented(text: string, width: number): string[] {
  return wrapWords(text, width).map((line) => `  ${line}`);
}
