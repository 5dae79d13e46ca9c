import { TRACE_FILE_VERSION, type TraceLine } from '../trace-file/types.ts';
import { stringify } from './system.ts';

/** A line of a spool or a trace file, with its line end. */
export function encodeRow(line: TraceLine): string {
  return `${stringify(line)}\n`;
}

/** A line that was written by {@link encodeRow}. It is parsed for those who look into it, and not for those who copy it. */
export class Row {
  /** As it was written, without its line end. */
  readonly text: string;
  #line: TraceLine | undefined;

  private constructor(text: string, line: TraceLine | undefined) {
    this.text = text;
    this.#line = line;
  }

  /** What the line says; that it is lost, when it cannot be parsed. */
  get line(): TraceLine {
    return (this.#line ??= decodeRow(this.text) ?? BROKEN);
  }

  static of(line: TraceLine): Row {
    return new Row(stringify(line), line);
  }

  /** A row that was read. What cannot be one, such as the half of one that a killed process has left, counts as lost. */
  static read(text: string): Row {
    return text.startsWith('{') && text.endsWith('}') ? new Row(text, undefined) : Row.of(BROKEN);
  }
}

const BROKEN: TraceLine = { type: 'lost', version: TRACE_FILE_VERSION, records: 1, reason: 'broken' };

/** The line again; undefined for what is none. */
export function decodeRow(text: string): TraceLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    // Nobody but encodeRow writes into the spool.
    return typeof line === 'object' && line !== null && 'type' in line ? (line as TraceLine) : undefined;
  } catch {
    return undefined;
  }
}
