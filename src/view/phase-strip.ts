import type { PhaseName, RoundTripRecord } from '../record/types.ts';
import { PHASES } from './layout.ts';
import type { Pen } from './pen.ts';

/** Where there are no colours the phase shows in a letter. */
const LETTERS: Readonly<Record<PhaseName, string>> = {
  queued: 'q',
  dns: 'd',
  connect: 'c',
  proxy: 'p',
  tls: 't',
  send: 's',
  wait: 'w',
  receive: 'r',
};

/**
 * The phases of one round trip as a strip of one line: as long for every round trip, each phase with its share of it, so
 * that a column of them shows what the time goes to. What is shorter than half a column is left out.
 */
export function drawPhaseStrip(pen: Pen, record: RoundTripRecord, columns: number): string {
  const failedIn = record.outcome === 'error' ? record.error?.phase : undefined;
  const shares = PHASES.map((name) => ({
    name,
    duration: record.phases.reduce((sum, one) => (one.name === name ? sum + one.duration : sum), 0),
  }));
  const total = shares.reduce((sum, one) => sum + one.duration, 0);
  let strip = '';
  let passed = 0;
  let drawn = 0;
  for (const { name, duration } of shares) {
    passed += duration;
    const end = total > 0 ? Math.round((passed / total) * columns) : 0;
    if (end > drawn) {
      const character = !pen.colour ? LETTERS[name] : pen.unicode ? '▆' : '#';
      strip += pen.paint(name === failedIn ? 'bad' : name, character.repeat(end - drawn));
    }
    drawn = end;
  }
  return strip + ' '.repeat(columns - drawn);
}
