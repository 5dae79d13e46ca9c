/**
 * A trace file is JSON lines: an object a line, `type` tells what it is. `httptrace run --save` and
 * `httptrace/register` write them, and what `httptrace --json` prints is one too.
 */

import type { ConnectionRecord, ProcessInfo, RoundTripRecord } from '../record/types.ts';

/** Version of the lines that are no records. Records have a version of their own. */
export const TRACE_FILE_VERSION = 1;

/** What a trace file holds. */
export type TraceLine = RoundTripRecord | ConnectionRecord | RunLine | EndLine | LostLine;

/** The first line of a run: what was run. */
export interface RunLine {
  readonly type: 'run';
  readonly version: typeof TRACE_FILE_VERSION;
  /** Version of httptrace that wrote the file. */
  readonly httptrace: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly started: number;
  /** The folder in which it ran. */
  readonly cwd?: string;
}

/** The last line of a run: how it ended. */
export interface EndLine {
  readonly type: 'end';
  readonly version: typeof TRACE_FILE_VERSION;
  /** Milliseconds since the Unix epoch. */
  readonly ended: number;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** `SIGTERM`, …; null when none ended it. */
  readonly signal: string | null;
}

/** Records that are missing, as many as the writer knows of. */
export interface LostLine {
  readonly type: 'lost';
  readonly version: typeof TRACE_FILE_VERSION;
  /** Whose they were; absent when they are of several. */
  readonly process?: ProcessInfo;
  readonly records: number;
  /**
   * `rate`: there were more round trips in a second than were to be recorded. `memory`: they came faster than they could be written. `disk`: no space, or more than the limit. `killed`: the
   * process was ended before it could write them. `broken`: what it wrote cannot be read.
   */
  readonly reason: 'rate' | 'memory' | 'disk' | 'killed' | 'broken';
}
