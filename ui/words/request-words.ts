import { formatDuration, plural } from '../../src/view/format.ts';
import { PHASES } from '../../src/view/layout.ts';
import { FAILED, INCOMPLETE, INTERCEPTED, REUSED, type RequestColumns } from '../data/request-columns.ts';
import type { Group } from '../data/rows.ts';

/** What stands in the first column. */
export function outcomeWord(requests: RequestColumns, request: number): string {
  if (requests.has(request, FAILED)) return 'failed';
  const status = requests.status.at(request);
  if (status > 0) return String(status);
  if (requests.has(request, INTERCEPTED)) return 'mock';
  return requests.has(request, INCOMPLETE) ? 'open' : '–';
}

/** What the bars show, for those who do not see them: `queued 0.10 ms, wait 23.4 ms`. */
export function phaseWords(requests: RequestColumns, request: number): string {
  const words: string[] = [];
  const end = requests.phasesEnd(request);
  for (let phase = requests.firstPhase.at(request); phase < end; phase++) {
    const name = PHASES[requests.phaseName.at(phase)] ?? 'unknown';
    words.push(`${name} ${formatDuration(requests.phaseDuration.at(phase))}`);
  }
  return words.join(', ');
}

/** `new`, or nothing when it was reused or there was none. */
export function connectionWord(requests: RequestColumns, request: number): string {
  return requests.connection.at(request) >= 0 && !requests.has(request, REUSED) ? 'new' : '';
}

/** `120 requests, 4 connections`; errors are said apart. */
export function groupWords(group: Group): string {
  const words = [count(group.requests.length, 'request')];
  if (group.connection !== undefined) words.push(protocolWord(group.connection.protocol));
  else if (group.connections > 0) words.push(count(group.connections, 'connection'));
  return words.join(', ');
}

/** `1 request`, `50,000 requests`. */
export function count(number: number, noun: string): string {
  return plural(number, noun).replace(String(number), number.toLocaleString('en'));
}

function protocolWord(protocol: string): string {
  return protocol === 'h2' ? 'HTTP/2' : protocol.toUpperCase();
}
