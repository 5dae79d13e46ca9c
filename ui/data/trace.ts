import type { ConnectionRecord, ConnectionUse, RoundTripRecord } from '../../src/record/types.ts';
import { parseTraceLine } from '../../src/trace-file/parse-line.ts';
import type { EndLine, RunLine, TraceLine } from '../../src/trace-file/types.ts';
import { ProcessClocks } from './process-clocks.ts';
import { RequestColumns } from './request-columns.ts';

/** A connection as rows show it. Times are in milliseconds on the axis of all processes. */
export interface Connection {
  readonly id: string;
  /** Counted in the order in which they are first heard of. */
  readonly number: number;
  protocol: string;
  remote: string;
  /** Ready, or first used as far as is known. */
  opened: number;
  /** Undefined while open, or when nobody told. */
  closed: number | undefined;
}

/** A page that is left open all day must not fill the memory. */
const MOST_REQUESTS = 200_000;

/** All that is known, growing line by line. */
export class Trace {
  readonly requests = new RequestColumns();
  readonly connections: Connection[] = [];
  readonly clocks = new ProcessClocks();
  run: RunLine | undefined;
  end: EndLine | undefined;
  /** Records that the writer could not keep. */
  lost = 0;
  /** Lines that cannot be used. */
  skipped = 0;
  /** Requests that were forgotten to make room. */
  forgotten = 0;
  /** Ends of the axis, milliseconds since {@link base}. */
  first = 0;
  last = 0;
  /** Wall clock at 0 of all times here; close to them, so that numbers keep their microseconds. */
  base: number | undefined;
  /** Lines that are no requests, as they came. */
  readonly #otherLines: string[] = [];
  readonly #connectionNumbers = new Map<string, number>();
  readonly #heard: ((line: TraceLine) => void)[] = [];

  /** Called with each line of the file. */
  onLine(listener: (line: TraceLine) => void): void {
    this.#heard.push(listener);
  }

  /** Takes one line of a trace file. */
  add(text: string): void {
    const line = parseTraceLine(text);
    if (typeof line === 'string') {
      this.skipped++;
      return;
    }
    if (line.type !== 'roundTrip') this.#otherLines.push(text);
    this.#take(line, text);
    for (const listener of this.#heard) listener(line);
  }

  #take(line: TraceLine, text: string): void {
    switch (line.type) {
      case 'roundTrip':
        return this.#addRoundTrip(line, text);
      case 'connection':
        return this.#addConnection(line);
      case 'run':
        this.run = line;
        return undefined;
      case 'end':
        this.end = line;
        return undefined;
      case 'lost':
        this.lost += line.records;
        return undefined;
      default:
        return undefined;
    }
  }

  /** A trace file again: all that could be read, what was run first. */
  lines(): string[] {
    const isRun = (line: string): boolean => this.run !== undefined && line.includes('"type":"run"');
    const others = this.#otherLines;
    return [...others.filter(isRun), ...this.requests.line, ...others.filter((line) => !isRun(line))];
  }

  /** The whole record of a request. */
  record(request: number): RoundTripRecord | undefined {
    const text = this.requests.line[request];
    const line = text === undefined ? undefined : parseTraceLine(text);
    return typeof line === 'object' && line.type === 'roundTrip' ? line : undefined;
  }

  #addRoundTrip(record: RoundTripRecord, text: string): void {
    const start = this.#time(this.clocks.place(record.process, record.wallTime, record.start));
    const connection =
      record.connection === undefined
        ? -1
        : this.#connectionOf(record.connection, start + sendOffset(record));
    this.#extend(start, start + record.duration);
    this.requests.add(record, start, connection, text);
    if (this.requests.length > MOST_REQUESTS) {
      const half = MOST_REQUESTS / 2;
      this.requests.dropFirst(half);
      this.forgotten += half;
      this.first = this.requests.start.values
        .subarray(0, this.requests.length)
        .reduce((a, b) => Math.min(a, b));
    }
  }

  #addConnection(record: ConnectionRecord): void {
    const opened = this.#time(this.clocks.place(record.process, record.wallTime, record.opened));
    const connection = this.connections[this.#connectionOf(record, opened)];
    if (connection === undefined) return;
    connection.opened = opened;
    if (record.closed !== undefined) connection.closed = opened + (record.closed.time - record.opened);
  }

  #connectionOf(use: ConnectionUse | ConnectionRecord, seen: number): number {
    const known = this.#connectionNumbers.get(use.id);
    if (known !== undefined) {
      const connection = this.connections[known];
      if (connection !== undefined) connection.opened = Math.min(connection.opened, seen);
      return known;
    }
    const index = this.connections.length;
    const remote = use.remote === undefined ? '' : use.remote.address;
    this.connections.push({
      id: use.id,
      number: index + 1,
      protocol: use.protocol,
      remote,
      opened: seen,
      closed: undefined,
    });
    this.#connectionNumbers.set(use.id, index);
    return index;
  }

  #time(wallTime: number): number {
    this.base ??= wallTime;
    return wallTime - this.base;
  }

  #extend(start: number, end: number): void {
    const isFirst = this.requests.length === 0;
    this.first = isFirst ? start : Math.min(this.first, start);
    this.last = isFirst ? end : Math.max(this.last, end);
  }
}

/** When its connection was ready at the latest, from the start of the round trip. */
function sendOffset({ phases }: RoundTripRecord): number {
  return phases.find(({ name }) => name === 'send' || name === 'wait')?.start ?? 0;
}
