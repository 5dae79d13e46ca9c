import type { FlatFields } from '../events/flat-fields.ts';
import type { HeaderMap } from '../trace/client-trace.ts';
import { HOOKS, HOOK_NAMES, type Hook, type HookName } from '../trace/hooks.ts';
import { addBusy } from './busy.ts';
import { type Capture, MOMENT } from './capture.ts';
import { NONE, type SameParts, exact } from './compact.ts';
import { type ConnectionData, tlsRecord } from './connection-record.ts';
import type { Attempt, DialBuilder } from './dial-builder.ts';
import { errorDetail, errorRecord } from './error-record.ts';
import type { Mutable } from './mutable.ts';
import { isElsewhere, parseAddr } from './origin.ts';
import { type Moments, lastPhase, microseconds, phasesOf } from './phases.ts';
import { globalId, processInfo, wallTime } from './process-info.ts';
import type { Redaction } from './redact.ts';
import { parseServerTiming } from './server-timing.ts';
import {
  type AttemptRecord,
  type ConnectionUse,
  type DialRecord,
  type HeaderField,
  type InformationalRecord,
  RECORD_VERSION,
  type RecordedEvent,
  type RequestRecord,
  type ResponseRecord,
  type RoundTripRecord,
  type ServerTimingEntry,
} from './types.ts';

const SERVER_TIMING = 'server-timing';

/** The record of what was captured: of a finished round trip, or of one that was still open. */
export function makeRecord(capture: Capture, redaction: Redaction, same: SameParts): RoundTripRecord {
  const { error, connection, dial } = capture;
  const moments = momentsOf(capture);
  const { start } = moments;
  const id = globalId(capture.id);
  const record: Mutable<RoundTripRecord> = {
    type: 'roundTrip',
    version: RECORD_VERSION,
    id,
    call: {
      id: capture.callId === capture.id ? id : globalId(capture.callId),
      attempt: capture.attempt,
      reason: capture.reason,
      known: capture.callKnown,
    },
    process: processInfo(),
    client: same.client(capture.client, capture.clientVersion),
    intercepted: capture.intercepted,
    wallTime: wallTime(start),
    start,
    duration: microseconds(moments.end - start),
    outcome: !capture.done ? 'incomplete' : error === null ? 'ok' : 'error',
    // A mock's answer took no time that any phase is about.
    phases: capture.intercepted ? NONE : exact(addBusy(phasesOf(moments), capture, start)),
    events: eventsOf(capture, same),
    request: requestOf(capture, redaction, same),
    informational: informationalOf(capture, redaction),
  };
  if (capture.status !== undefined) {
    record.response = responseOf(capture, capture.status, redaction, same);
  }
  if (connection !== undefined) record.connection = connectionOf(capture, connection.data);
  if (dial !== undefined) record.dial = dialOf(dial, capture, moments, redaction);
  if (error !== null) record.error = errorRecord(error, redaction, lastPhase(moments));
  if (capture.callSite !== undefined) record.callSite = capture.callSite;
  return record;
}

function momentsOf(capture: Capture): Moments {
  const { dial, connection } = capture;
  const taken = microseconds(capture.taken);
  const dialCounts = dial !== undefined && (connection === undefined || capture.ownDial);
  const proxied = dialCounts && isProxied(capture);
  return {
    start: timeOf(capture, HOOKS.roundTripStart) ?? taken,
    // A failure after the last byte (the upload broke off) is still told in `error`.
    end: timeOf(capture, HOOKS.gotLastResponseByte) ?? timeOf(capture, HOOKS.roundTripDone) ?? taken,
    dnsStart: lastTimeOf(capture, HOOKS.dnsStart),
    connectStart: timeOf(capture, HOOKS.connectStart),
    connectDone: dial?.attempts.at(-1)?.err === null ? lastTimeOf(capture, HOOKS.connectDone) : undefined,
    tlsStart:
      proxied && !isOriginsHandshake(capture) ? undefined : lastTimeOf(capture, HOOKS.tlsHandshakeStart),
    gotConn: timeOf(capture, HOOKS.gotConn),
    wroteRequest: capture.writeFailed ? undefined : timeOf(capture, HOOKS.wroteRequest),
    firstByte: timeOf(capture, HOOKS.gotFirstResponseByte),
    gotResponse: timeOf(capture, HOOKS.gotResponse),
    informational: capture.informational !== undefined,
    dialCounts,
    proxied,
  };
}

/** When this hook's event was, the first time. */
function timeOf(capture: Capture, { code }: Hook): number | undefined {
  for (let at = 0; at < capture.length; at += MOMENT) {
    if (capture.codeAt(at) === code) return microseconds(capture.timeAt(at));
  }
  return undefined;
}

/** When this hook's event was, the last time. */
function lastTimeOf(capture: Capture, { code }: Hook): number | undefined {
  for (let at = capture.length - MOMENT; at >= 0; at -= MOMENT) {
    if (capture.codeAt(at) === code) return microseconds(capture.timeAt(at));
  }
  return undefined;
}

function eventsOf(capture: Capture, same: SameParts): readonly RecordedEvent[] {
  const { details } = capture;
  const events: RecordedEvent[] = [];
  let next = 0;
  for (let at = 0; at < capture.length; at += MOMENT) {
    const name = HOOK_NAMES[capture.codeAt(at)]!;
    const time = microseconds(capture.timeAt(at));
    const detail = details?.[next]?.at === at ? details[next++]!.detail : detailOf(capture, name, at, same);
    events.push(detail === undefined ? { name, time } : { name, time, detail });
  }
  return exact(events);
}

/** What an event says that is remembered for another reason already. */
function detailOf(
  { hostPort, reused, wasIdle, idleTime, status, dial }: Capture,
  name: HookName,
  at: number,
  same: SameParts,
): RecordedEvent['detail'] {
  switch (name) {
    case 'getConn':
      return same.place(hostPort);
    case 'gotConn':
      if (!wasIdle || Number.isNaN(idleTime)) return { reused, wasIdle };
      return { reused, wasIdle, idleTime: microseconds(idleTime) };
    case 'gotResponse':
      return status === undefined ? undefined : same.result(status);
    case 'connectStart':
      return attemptDetail(dial?.attempts.find(({ startedAt }) => startedAt === at));
    case 'connectDone': {
      const attempt = dial?.attempts.find(({ doneAt }) => doneAt === at);
      if (attempt === undefined || attempt.err === null) return attemptDetail(attempt);
      return { ...attemptDetail(attempt), ...errorDetail(attempt.err) };
    }
    default:
      return undefined;
  }
}

/** Its dial goes to a proxy; read off the dial's events when it came to no connection. */
function isProxied({ connection, dial, target }: Capture): boolean {
  if (connection !== undefined) return connection.data.proxy !== undefined;
  const attempt = dial?.attempts[0];
  if (attempt?.network === 'unix') return false;
  const tried = attempt === undefined ? undefined : parseAddr(attempt.addr);
  const host = dial?.host ?? tried?.host;
  return host !== undefined && isElsewhere({ host, port: tried?.port }, target.url);
}

/** By a proxy there can be two handshakes, of which the first is the proxy's own. */
function isOriginsHandshake({ connection, dial, target }: Capture): boolean {
  if (!target.url.startsWith('https:') || dial === undefined) return false;
  // One that succeeded and gave no connection cannot have been the origin's.
  return connection !== undefined || dial.handshakes > 1 || dial.tlsError !== null;
}

function requestOf(capture: Capture, redaction: Redaction, same: SameParts): RequestRecord {
  const fields: HeaderField[] = [];
  for (const { name, values } of capture.sentHead?.fields() ?? []) {
    for (const value of values) fields.push(redaction.field(name, value));
  }
  const { method, target, requestHttpVersion: httpVersion, bytesWritten: wireBytes } = capture;
  const url = redaction.url(target.url);
  const header = same.requestHeader(fields);
  return wireBytes === undefined
    ? { method, url, httpVersion, header }
    : { method, url, httpVersion, header, wireBytes };
}

function responseOf(capture: Capture, status: number, redaction: Redaction, same: SameParts): ResponseRecord {
  const { statusText, httpVersion, responseFields, trailers, bytesRead, bodyBytes } = capture;
  const response: Mutable<ResponseRecord> = {
    status,
    statusText,
    httpVersion,
    header: same.responseHeader(fieldsOf(responseFields, redaction)),
    trailers: exact(fieldsOf(trailers, redaction)),
    serverTiming: serverTimingOf(capture),
  };
  if (bytesRead !== undefined) response.wireBytes = bytesRead;
  if (bodyBytes !== undefined) response.bodyBytes = bodyBytes;
  return response;
}

function fieldsOf(flat: FlatFields, redaction: Redaction): HeaderField[] {
  const fields: HeaderField[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) fields.push(redaction.field(flat[i]!, flat[i + 1]!));
  return fields;
}

/** A trailer may carry it too (W3C Server Timing, 2). */
function serverTimingOf({ responseFields, trailers }: Capture): ResponseRecord['serverTiming'] {
  const entries: ServerTimingEntry[] = [];
  addServerTiming(responseFields, entries);
  addServerTiming(trailers, entries);
  return exact(entries);
}

function addServerTiming(flat: FlatFields, entries: ServerTimingEntry[]): void {
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i]!;
    // The length first: lower case is made for the fewest.
    if (name.length !== SERVER_TIMING.length || name.toLowerCase() !== SERVER_TIMING) continue;
    for (const entry of parseServerTiming(flat[i + 1]!)) entries.push(entry);
  }
}

function informationalOf({ informational }: Capture, redaction: Redaction): readonly InformationalRecord[] {
  if (informational === undefined) return NONE;
  return informational.map(({ status, time, header }) => ({
    status,
    time: microseconds(time),
    header: redaction.fields(listed(header)),
  }));
}

function connectionOf(capture: Capture, data: ConnectionData): ConnectionUse {
  const { reused, wasIdle, served, idleTime } = capture;
  // Field by field: a spread of them costs more than all the rest of the record.
  const { id, protocol, transport, openedBy, local, remote, proxy, tls } = data;
  const record: Mutable<ConnectionUse> = {
    id,
    reused,
    wasIdle,
    served,
    protocol,
    transport,
  };
  if (openedBy !== undefined) record.openedBy = openedBy;
  if (local !== undefined) record.local = local;
  if (remote !== undefined) record.remote = remote;
  if (proxy !== undefined) record.proxy = proxy;
  if (tls !== undefined) record.tls = tls;
  if (wasIdle && !Number.isNaN(idleTime)) record.idleTime = microseconds(idleTime);
  if (capture.after !== undefined) record.after = capture.after;
  if (capture.closeReason !== undefined) record.closeReason = capture.closeReason;
  return record;
}

function dialOf(dial: DialBuilder, capture: Capture, moments: Moments, redaction: Redaction): DialRecord {
  const record: Mutable<DialRecord> = {
    used: moments.dialCounts && capture.connection !== undefined,
    attempts: dial.attempts.map((attempt) => attemptOf(attempt, capture, moments.start, redaction)),
  };
  if (dial.host !== undefined) record.host = dial.host;
  if (dial.addresses !== undefined) record.addresses = dial.addresses;
  if (dial.tlsState !== undefined) record.tls = tlsRecord(dial.tlsState);
  return record;
}

function attemptOf(
  { network, addr, startedAt, doneAt, err }: Attempt,
  capture: Capture,
  from: number,
  redaction: Redaction,
): AttemptRecord {
  const start = capture.timeAt(startedAt);
  const record: Mutable<AttemptRecord> = { network, addr, start: microseconds(start - from) };
  if (doneAt >= 0) record.duration = microseconds(capture.timeAt(doneAt) - start);
  if (err !== null) record.error = errorRecord(err, redaction, 'connect');
  return record;
}

function attemptDetail(attempt: Attempt | undefined): RecordedEvent['detail'] {
  return attempt && { network: attempt.network, addr: attempt.addr };
}

function listed(header: HeaderMap): HeaderField[] {
  return Object.entries(header).flatMap(([name, values]) =>
    values.map((value): HeaderField => [name, value]),
  );
}
