import { RECORD_VERSION } from '../record/types.ts';
import { CHECKS } from './checks.ts';
import { TRACE_FILE_VERSION, type TraceLine } from './types.ts';

/**
 * Why a line was skipped. `broken`: no JSON, or not what its type must be. `unknown`: of a type that this version does not
 * know. `newer`: of a version that this one does not know.
 */
export type SkipReason = 'broken' | 'unknown' | 'newer';

const VERSIONS: Readonly<Record<TraceLine['type'], number>> = {
  roundTrip: RECORD_VERSION,
  connection: RECORD_VERSION,
  run: TRACE_FILE_VERSION,
  end: TRACE_FILE_VERSION,
  lost: TRACE_FILE_VERSION,
};

/** Reads one line of a trace file; tells why when it cannot. */
export function parseTraceLine(text: string): TraceLine | SkipReason {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'broken';
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return 'broken';
  const { type } = value;
  if (typeof type !== 'string') return 'broken';
  if (!isKnownType(type)) return 'unknown';
  const version = 'version' in value ? value.version : undefined;
  if (typeof version !== 'number') return 'broken';
  if (version > VERSIONS[type]) return 'newer';
  // Checked field by field.
  return CHECKS[type](value, 0) ? (value as TraceLine) : 'broken';
}

function isKnownType(type: string): type is TraceLine['type'] {
  return Object.hasOwn(CHECKS, type);
}
