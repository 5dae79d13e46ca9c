import type { TraceLine } from '../trace-file/types.ts';
import { stringify } from './system.ts';

/** A line of a spool or a trace file, with its line end. */
export function encodeRow(line: TraceLine): string {
  return `${stringify(line)}\n`;
}

/** The line again; undefined for what is none, such as the half of one that a killed process has left. */
export function decodeRow(text: string): TraceLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    // Nobody but encodeRow writes into the spool.
    return typeof line === 'object' && line !== null && 'type' in line ? (line as TraceLine) : undefined;
  } catch {
    return undefined;
  }
}
