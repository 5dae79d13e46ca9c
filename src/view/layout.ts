import type { Phase, PhaseName, RoundTripRecord } from '../record/types.ts';

/** Order in which phases happen; rows come in this order. */
export const PHASES: readonly PhaseName[] = [
  'queued',
  'dns',
  'connect',
  'proxy',
  'tls',
  'send',
  'wait',
  'receive',
];

/** Times in records have microseconds; a difference of two is off by at most this. */
const ROUNDING = 0.0015;
/** A year in milliseconds. */
const LONGEST = 31_536_000_000;

/** A stretch of the axis, both ends 0 to 1. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A moment on a row. */
export interface Mark {
  /** Place on the axis, 0 to 1. */
  readonly at: number;
  /** Status code of the 1xx response that came then. */
  readonly status: number;
}

/** One phase of one round trip. */
export interface PhaseRow {
  readonly phase: PhaseName;
  /** A phase can happen more than once: TLS to a proxy, then TLS through it. */
  readonly bars: readonly Span[];
  /** Milliseconds, of all bars together. */
  readonly duration: number;
  /** The round trip failed in it. */
  readonly failed: boolean;
  readonly marks: readonly Mark[];
}

/** The rows of one round trip. */
export interface RowGroup {
  readonly record: RoundTripRecord;
  /** Milliseconds from the axis' beginning to the round trip's. */
  readonly offset: number;
  /** The whole round trip on the axis. */
  readonly span: Span;
  readonly rows: readonly PhaseRow[];
}

/** A waterfall without any decision about how it is drawn. */
export interface WaterfallLayout {
  /** Length of the axis in milliseconds. */
  readonly duration: number;
  readonly groups: readonly RowGroup[];
}

/**
 * Puts round trips on one time axis: one group a round trip, one row a phase.
 *
 * @param records - in the order in which they are to be shown; those of several processes are put together by their
 * wall clocks.
 * @param least - milliseconds that the axis is long at least; a picture beside others has theirs.
 */
export function layoutWaterfall(records: readonly RoundTripRecord[], least = 0): WaterfallLayout {
  const first = records[0];
  if (first === undefined) return { duration: least, groups: [] };
  const onOneClock = records.every((record) => sameClock(record, first));
  const startOf = (record: RoundTripRecord): number => (onOneClock ? record.start : record.wallTime);
  const origin = Math.min(...records.map(startOf));
  const end = Math.max(...records.map((record) => startOf(record) + record.duration));
  const duration = Math.max(least, sensible(end - origin));
  const scale = duration > 0 ? 1 / duration : 0;
  const groups = records.map((record) => layoutGroup(record, startOf(record) - origin, scale));
  return { duration, groups };
}

function sameClock(a: RoundTripRecord, b: RoundTripRecord): boolean {
  return a.process.pid === b.process.pid && a.process.threadId === b.process.threadId;
}

function layoutGroup(record: RoundTripRecord, offset: number, scale: number): RowGroup {
  const toSpan = (phase: { start: number; duration: number }): Span => ({
    from: clampToAxis((offset + phase.start) * scale),
    to: clampToAxis((offset + phase.start + phase.duration) * scale),
  });
  const failedIn = record.outcome === 'error' ? record.error?.phase : undefined;
  const rows: PhaseRow[] = [];
  for (const name of PHASES) {
    const phases = phasesNamed(record, name, failedIn);
    if (phases.length === 0) continue;
    rows.push({
      phase: name,
      bars: phases.map(toSpan),
      duration: sensible(phases.reduce((sum, phase) => sum + phase.duration, 0)),
      failed: name === failedIn,
      marks: marksIn(record, phases, offset, scale),
    });
  }
  return { record, offset, span: toSpan({ start: 0, duration: record.duration }), rows };
}

/** The phase that failed gets a row even when it took no time: the reader looks for it. */
function phasesNamed(
  record: RoundTripRecord,
  name: PhaseName,
  failedIn: PhaseName | undefined,
): readonly Phase[] {
  const phases = record.phases.filter((phase) => phase.name === name);
  if (phases.length === 0 && name === failedIn) return [{ name, start: record.duration, duration: 0 }];
  return phases;
}

/** 1xx responses that came during these phases. */
function marksIn(record: RoundTripRecord, phases: readonly Phase[], offset: number, scale: number): Mark[] {
  const marks: Mark[] = [];
  for (const { time, status } of record.informational) {
    const sinceStart = time - record.start;
    const inside = phases.some((phase) => isDuring(phase, sinceStart));
    if (inside) marks.push({ at: clampToAxis((offset + sinceStart) * scale), status });
  }
  return marks;
}

/**
 * Phases share their ends; a moment belongs to the earlier one, since a 1xx can come in one piece with the response that
 * ends the wait. Times in records are rounded, so ends are compared with some tolerance.
 */
function isDuring(phase: Phase, time: number): boolean {
  const isFirst = phase.start === 0;
  return (isFirst || phase.start + ROUNDING < time) && time <= phase.start + phase.duration + ROUNDING;
}

function clampToAxis(fraction: number): number {
  return Number.isNaN(fraction) ? 0 : Math.min(1, Math.max(0, fraction));
}

/** Records can come from a file that somebody else wrote. */
function sensible(duration: number): number {
  return duration > 0 && duration < LONGEST ? duration : 0;
}
