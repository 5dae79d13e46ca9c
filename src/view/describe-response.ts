import type { InformationalRecord, PhaseName, RoundTripRecord, ServerTimingEntry } from '../record/types.ts';
import { endpointText, tlsOf } from './describe-connection.ts';
import { formatBytes, formatDuration, formatThroughput } from './format.ts';
import type { Pen, Style } from './pen.ts';

/** Status, and where a redirect leads. */
export function statusText(pen: Pen, record: RoundTripRecord): string {
  const { response } = record;
  if (response === undefined) {
    const text = record.outcome === 'incomplete' ? 'no response yet' : 'no response';
    return pen.paint(record.outcome === 'incomplete' ? 'warn' : 'bad', text);
  }
  const { status, httpVersion } = response;
  const line = pen.text(`HTTP/${httpVersion} ${status} ${response.statusText}`).trimEnd();
  const location = redirectTarget(record);
  const painted = pen.paint(statusStyle(status), line);
  return location === undefined ? painted : `${painted} ${pen.text(`${pen.glyph.arrow} ${location}`)}`;
}

/** `Location` of a redirect. */
function redirectTarget(record: RoundTripRecord): string | undefined {
  const { response } = record;
  if (response === undefined || response.status < 300 || response.status > 399) return undefined;
  return response.header.find(([name]) => name.toLowerCase() === 'location')?.[1];
}

function statusStyle(status: number): Style {
  if (status >= 400) return 'bad';
  return status >= 300 ? 'warn' : 'good';
}

/** Size of the response, and how fast it came. */
export function sizeItems(record: RoundTripRecord): string[] {
  const { bodyBytes, wireBytes } = record.response ?? {};
  const items: string[] = [];
  if (bodyBytes !== undefined) items.push(`${formatBytes(bodyBytes)} body`);
  if (wireBytes !== undefined) items.push(`${formatBytes(wireBytes)} on the wire`);
  const throughput = throughputOf(record);
  if (throughput !== undefined) items.push(throughput);
  return items;
}

/** Bytes of the body over the time of the `receive` phase. */
function throughputOf(record: RoundTripRecord): string | undefined {
  const bytes = record.response?.bodyBytes;
  const receive = record.phases.find((phase) => phase.name === 'receive');
  if (bytes === undefined || bytes === 0 || receive === undefined) return undefined;
  return formatThroughput(bytes, receive.duration);
}

/** `node:https v20.20.2`. */
export function clientText(pen: Pen, record: RoundTripRecord): string {
  const { name, version } = record.client;
  const builtIn = name === 'http' || name === 'https' || name === 'http2';
  const mock = record.intercepted ? ' (mocked)' : '';
  return pen.text(`${builtIn ? 'node:' : ''}${name} v${version.replace(/^v/, '')}${mock}`);
}

/** One line for each 1xx response: when on the picture's axis (the round trip begins at `offset`), and what it said. */
export function informationalLines(pen: Pen, record: RoundTripRecord, offset: number): string[] {
  return record.informational.map((informational) => {
    const at = formatDuration(offset + informational.time - record.start);
    const fields = informational.header.map(([name, value]) => `${name}: ${value}`).join(pen.glyph.separator);
    const head = `${pen.paint('mark', pen.glyph.mark)} ${informationalName(informational)} at ${at}`;
    return fields === '' ? head : `${head}  ${pen.text(fields)}`;
  });
}

function informationalName({ status }: InformationalRecord): string {
  const names: Readonly<Record<number, string>> = { 100: 'Continue', 102: 'Processing', 103: 'Early Hints' };
  return names[status] === undefined ? String(status) : `${status} ${names[status]}`;
}

/** One item for each `Server-Timing` metric. */
export function serverTimingItems(pen: Pen, entries: readonly ServerTimingEntry[]): string[] {
  return entries.map(({ name, duration, description }) => {
    const time = duration === undefined ? '' : ` ${formatDuration(duration)}`;
    const about = description === undefined || description === '' ? '' : ` (${description})`;
    return pen.text(`${name}${time}${about}`);
  });
}

/** What belongs to one phase alone, for the column that wide terminals have beside the bars. */
export function phaseDetail(pen: Pen, record: RoundTripRecord, phase: PhaseName): string {
  switch (phase) {
    case 'queued':
      return queuedDetail(record);
    case 'dns':
      return pen.text(dnsDetail(pen, record));
    case 'connect':
      return pen.text(connectDetail(record));
    case 'proxy':
      return pen.text(record.connection?.proxy ?? '');
    case 'tls':
      return pen.text(
        [tlsOf(record)?.version, tlsOf(record)?.cipher].filter((part) => part !== undefined).join(' '),
      );
    case 'send':
      return record.request.wireBytes === undefined ? '' : `${formatBytes(record.request.wireBytes)} sent`;
    case 'wait':
      return record.informational.length === 0
        ? ''
        : `1xx ${record.informational.map((one) => one.status).join(', ')}`;
    case 'receive':
      return record.response?.wireBytes === undefined
        ? ''
        : `${formatBytes(record.response.wireBytes)} received`;
  }
}

/** A connection that was not idle was handed over by the request before. */
function queuedDetail({ connection }: RoundTripRecord): string {
  if (connection === undefined || !connection.reused || connection.wasIdle) return '';
  return 'until the connection was free';
}

function dnsDetail(pen: Pen, record: RoundTripRecord): string {
  const { host, addresses } = record.dial ?? {};
  if (host === undefined) return '';
  if (addresses === undefined || addresses.length === 0) return host;
  return `${host} ${pen.glyph.arrow} ${addresses.join(', ')}`;
}

function connectDetail(record: RoundTripRecord): string {
  const attempts = record.dial?.attempts ?? [];
  const remote = record.connection?.remote;
  const addr = remote === undefined ? (attempts.at(-1)?.addr ?? '') : endpointText(remote);
  return attempts.length > 1 ? `${addr} (${attempts.length} addresses tried)` : addr;
}
