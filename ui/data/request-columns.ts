import { PHASES } from '../../src/view/layout.ts';
import { significantError } from '../../src/view/significant-error.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { Column, Interned } from './columns.ts';

export const FAILED = 1;
export const INCOMPLETE = 2;
export const INTERCEPTED = 4;
export const REUSED = 8;

/** What rows, filters and bars need of each round trip, in columns; an index is a request. Times are in milliseconds. */
export class RequestColumns {
  readonly start = new Column(Float64Array);
  readonly duration = new Column(Float64Array);
  readonly status = new Column(Uint16Array);
  readonly flags = new Column(Uint8Array);
  readonly method = new Column(Uint16Array);
  readonly origin = new Column(Uint32Array);
  /** Index of its connection; -1 without. */
  readonly connection = new Column(Int32Array);
  readonly process = new Column(Uint32Array);
  readonly client = new Column(Uint16Array);
  /** Code or name of what went wrong. */
  readonly error = new Column(Uint32Array);
  /** When its first 1xx response came, from its start; -1 when none did. */
  readonly informed = new Column(Float32Array);
  /** Index of its first phase; the last one is before the next request's first. */
  readonly firstPhase = new Column(Uint32Array);

  /** Index in `PHASES`. */
  readonly phaseName = new Column(Uint8Array);
  /** From the start of its request. */
  readonly phaseStart = new Column(Float32Array);
  readonly phaseDuration = new Column(Float32Array);

  readonly id: string[] = [];
  readonly path: string[] = [];
  /** What a search looks into: lower case. */
  readonly searched: string[] = [];
  /** The record as it came. */
  readonly line: string[] = [];

  readonly methods = new Interned();
  readonly origins = new Interned();
  readonly processes = new Interned();
  readonly clients = new Interned();
  readonly errors = new Interned();

  get length(): number {
    return this.id.length;
  }

  /**
   * @param start - milliseconds on the axis of all processes.
   * @param connection - index of its connection; -1 without.
   */
  add(record: RoundTripRecord, start: number, connection: number, line: string): void {
    const { request, process, client } = record;
    const [origin, path] = splitUrl(request.url);
    const error = record.error === undefined ? '' : errorName(record);
    const processName =
      process.threadId === 0 ? `${process.pid}` : `${process.pid}, thread ${process.threadId}`;
    this.start.push(start);
    this.duration.push(record.duration);
    this.status.push(record.response?.status ?? 0);
    this.flags.push(flagsOf(record));
    this.method.push(this.methods.number(request.method));
    this.origin.push(this.origins.number(origin));
    this.connection.push(connection);
    this.process.push(this.processes.number(processName));
    this.client.push(this.clients.number(client.name));
    this.error.push(this.errors.number(error));
    const [informed] = record.informational;
    this.informed.push(informed === undefined ? -1 : Math.max(0, informed.time - record.start));
    this.firstPhase.push(this.phaseName.length);
    for (const phase of record.phases) {
      this.phaseName.push(PHASES.indexOf(phase.name));
      this.phaseStart.push(phase.start);
      this.phaseDuration.push(phase.duration);
    }
    this.id.push(record.id);
    this.path.push(path);
    const searched = `${request.method} ${request.url} ${record.response?.status ?? ''} ${error} ${client.name}`;
    this.searched.push(searched.toLowerCase());
    this.line.push(line);
  }

  /** Index after the last phase of a request. */
  phasesEnd(request: number): number {
    return request + 1 < this.length ? this.firstPhase.at(request + 1) : this.phaseName.length;
  }

  has(request: number, flag: number): boolean {
    return (this.flags.at(request) & flag) !== 0;
  }

  /** Forgets the first `count` requests. */
  dropFirst(count: number): void {
    const phases = count < this.length ? this.firstPhase.at(count) : this.phaseName.length;
    for (const column of [this.start, this.duration, this.status, this.flags, this.method, this.origin])
      column.dropFirst(count);
    for (const column of [
      this.connection,
      this.process,
      this.client,
      this.error,
      this.informed,
      this.firstPhase,
    ])
      column.dropFirst(count);
    for (const column of [this.phaseName, this.phaseStart, this.phaseDuration]) column.dropFirst(phases);
    for (let index = 0; index < this.firstPhase.length; index++)
      this.firstPhase.values[index] = this.firstPhase.at(index) - phases;
    for (const texts of [this.id, this.path, this.searched, this.line]) texts.splice(0, count);
  }
}

function flagsOf(record: RoundTripRecord): number {
  return (
    (record.outcome === 'error' ? FAILED : 0) |
    (record.outcome === 'incomplete' ? INCOMPLETE : 0) |
    (record.intercepted ? INTERCEPTED : 0) |
    (record.connection?.reused === true ? REUSED : 0)
  );
}

function errorName({ error }: RoundTripRecord): string {
  if (error === undefined) return '';
  const significant = significantError(error);
  return significant.code ?? significant.name;
}

/** `new URL` costs more than all else here, and what is no URL must be shown too. */
function splitUrl(url: string): [origin: string, path: string] {
  const authority = url.indexOf('://');
  const slash = authority < 0 ? -1 : url.indexOf('/', authority + 3);
  return slash < 0 ? [url, '/'] : [url.slice(0, slash), url.slice(slash)];
}
