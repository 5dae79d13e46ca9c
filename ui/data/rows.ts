import { FAILED, type RequestColumns } from './request-columns.ts';
import type { Connection, Trace } from './trace.ts';

export type Grouping = 'none' | 'origin' | 'connection' | 'process';
export type Order = 'start' | 'duration';

/** Requests that are shown together. */
export interface Group {
  /** Stays the same while the trace grows. */
  readonly key: string;
  /** What is written in its row, from the network. */
  readonly title: string;
  /** Undefined when it is not one connection. */
  readonly connection: Connection | undefined;
  /** In the chosen order. */
  readonly requests: readonly number[];
  /** How many different connections served them. */
  readonly connections: number;
  /** Failed, or with a status from 400 on. */
  readonly errors: number;
}

/** The rows that can be scrolled to: a request's index, or -1 - the index of a group. */
export interface RowList {
  readonly groups: readonly Group[];
  readonly rows: Int32Array;
}

/** Requests that a predicate lets through, in order. */
export function chooseRequests(
  requests: RequestColumns,
  predicate: (requests: RequestColumns, request: number) => boolean,
  order: Order,
): number[] {
  const chosen: number[] = [];
  for (let request = 0; request < requests.length; request++)
    if (predicate(requests, request)) chosen.push(request);
  const start = requests.start.values;
  const duration = requests.duration.values;
  // Indices are in range, so there is a value for each.
  const byStart = (a: number, b: number): number => (start[a] as number) - (start[b] as number) || a - b;
  if (order === 'duration')
    return chosen.sort((a, b) => (duration[b] as number) - (duration[a] as number) || byStart(a, b));
  return isSorted(chosen, start) ? chosen : chosen.sort(byStart);
}

function isSorted(chosen: readonly number[], start: Float64Array): boolean {
  for (let i = 1; i < chosen.length; i++) {
    if ((start[chosen[i] as number] as number) < (start[chosen[i - 1] as number] as number)) return false;
  }
  return true;
}

/** Puts chosen requests into groups, which come in the order of their first request. */
export function groupRequests(trace: Trace, chosen: readonly number[], grouping: Grouping): Group[] {
  if (grouping === 'none') return [];
  const { requests, connections } = trace;
  const column =
    grouping === 'origin' ? requests.origin : grouping === 'process' ? requests.process : requests.connection;
  const lists = new Map<number, number[]>();
  for (const request of chosen) {
    const number = column.at(request);
    const list = lists.get(number);
    if (list === undefined) lists.set(number, [request]);
    else list.push(request);
  }
  return [...lists].map(([number, list]) => ({
    ...nameGroup(trace, grouping, number, list),
    connection: grouping === 'connection' ? connections[number] : undefined,
    requests: list,
    connections: grouping === 'connection' ? Number(number >= 0) : countConnections(trace, list),
    errors: countErrors(trace, list),
  }));
}

function countConnections({ requests }: Trace, list: readonly number[]): number {
  const seen = new Set<number>();
  for (const request of list) {
    const connection = requests.connection.at(request);
    if (connection >= 0) seen.add(connection);
  }
  return seen.size;
}

function countErrors({ requests }: Trace, list: readonly number[]): number {
  let errors = 0;
  for (const request of list)
    if (requests.has(request, FAILED) || requests.status.at(request) >= 400) errors++;
  return errors;
}

function nameGroup(
  { requests, connections }: Trace,
  grouping: Exclude<Grouping, 'none'>,
  number: number,
  list: readonly number[],
) {
  switch (grouping) {
    case 'origin':
      return { key: `origin ${requests.origins.text(number)}`, title: requests.origins.text(number) };
    case 'process':
      return {
        key: `process ${requests.processes.text(number)}`,
        title: `Process ${requests.processes.text(number)}`,
      };
    default: {
      const connection = connections[number];
      if (connection === undefined) return { key: 'no connection', title: 'Without a connection' };
      const origin = requests.origins.text(requests.origin.at(list[0] ?? 0));
      return { key: `connection ${connection.id}`, title: `#${connection.number} ${origin}` };
    }
  }
}

/** @param isOpen - whether the requests of a group are shown. */
export function listRows(
  chosen: readonly number[],
  groups: readonly Group[],
  grouping: Grouping,
  isOpen: (group: Group) => boolean,
): RowList {
  if (grouping === 'none') return { groups, rows: Int32Array.from(chosen) };
  const open = groups.map(isOpen);
  let count = groups.length;
  groups.forEach((group, index) => (count += open[index] === true ? group.requests.length : 0));
  const rows = new Int32Array(count);
  let at = 0;
  groups.forEach((group, index) => {
    rows[at++] = -1 - index;
    if (open[index] !== true) return;
    rows.set(group.requests, at);
    at += group.requests.length;
  });
  return { groups, rows };
}

/** The group that a row of {@link RowList} is; undefined when it is a request. */
export function groupOfRow(list: RowList, row: number): Group | undefined {
  return row < 0 ? list.groups[-1 - row] : undefined;
}
