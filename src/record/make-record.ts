import { now } from '../events/clock.ts';
import type { ExchangeFacts } from '../events/round-trip.ts';
import type { HeaderMap } from '../trace/client-trace.ts';
import { connectionFacts, tlsRecord } from './connection-record.ts';
import type { Attempt, DialBuilder } from './dial-builder.ts';
import { errorRecord } from './error-record.ts';
import type { Mutable } from './mutable.ts';
import { isElsewhere, parseAddr } from './origin.ts';
import { type Moments, lastPhase, microseconds, phasesOf } from './phases.ts';
import { globalId, processInfo, wallTime } from './process-info.ts';
import type { RecordBuilder } from './record-builder.ts';
import type { Redaction } from './redact.ts';
import { parseServerTiming } from './server-timing.ts';
import {
  type AttemptRecord,
  type ConnectionUse,
  type DialRecord,
  type HeaderField,
  RECORD_VERSION,
  type RequestRecord,
  type ResponseRecord,
  type RoundTripRecord,
  type ServerTimingEntry,
} from './types.ts';

const SERVER_TIMING = 'server-timing';

/** The record of what `builder` has gathered: of a finished round trip, or of one that is still open. */
export function makeRecord(builder: RecordBuilder, redaction: Redaction): RoundTripRecord {
  const { roundTrip, start, error, connection, dial } = builder;
  const facts = roundTrip.facts();
  const moments = momentsOf(builder);
  const id = globalId(roundTrip.id);
  const record: Mutable<RoundTripRecord> = {
    type: 'roundTrip',
    version: RECORD_VERSION,
    id,
    call: {
      id: roundTrip.callId === roundTrip.id ? id : globalId(roundTrip.callId),
      attempt: roundTrip.attempt,
      reason: roundTrip.reason,
      known: roundTrip.callKnown,
    },
    process: processInfo(),
    client: { name: roundTrip.client, version: roundTrip.clientVersion },
    intercepted: roundTrip.intercepted,
    wallTime: wallTime(start),
    start,
    duration: microseconds(moments.end - start),
    outcome: builder.doneTime === undefined ? 'incomplete' : error === null ? 'ok' : 'error',
    // A mock's answer took no time that any phase is about.
    phases: roundTrip.intercepted ? [] : phasesOf(moments),
    // A copy: a dial can go on after the end.
    events: builder.events.slice(),
    request: requestOf(builder, facts, redaction),
    informational: builder.informational.map(({ status, time, header }) => ({
      status,
      time,
      header: redaction.fields(listed(header)),
    })),
  };
  if (builder.response !== undefined) record.response = responseOf(builder.response, facts, redaction);
  if (connection !== undefined) record.connection = connectionOf(builder, connection);
  if (dial.happened) record.dial = dialOf(dial, builder, moments, redaction);
  if (error !== null) record.error = errorRecord(error, redaction, lastPhase(moments));
  if (builder.callSite !== undefined) record.callSite = builder.callSite;
  return record;
}

function momentsOf(builder: RecordBuilder): Moments {
  const { dial, connection, roundTrip } = builder;
  const isOwn = builder.use?.reused === false && connection?.dial?.owner === roundTrip;
  const dialCounts = dial.happened && (connection === undefined || isOwn);
  const proxied = dialCounts && isProxied(builder);
  const attempt = dial.attempts.at(-1);
  return {
    start: builder.start,
    // A failure after the last byte (the upload broke off) is still told in `error`.
    end: builder.lastByteTime ?? builder.doneTime ?? now(),
    dnsStart: dial.dnsStartTime,
    connectStart: dial.attempts[0]?.start,
    connectDone: attempt?.err === null ? attempt.done : undefined,
    tlsStart: proxied && !isOriginsHandshake(builder) ? undefined : dial.tlsStartTime,
    gotConn: builder.gotConnTime,
    wroteRequest: builder.wroteRequestTime,
    firstByte: builder.firstByteTime,
    gotResponse: builder.responseTime,
    informational: builder.informational.length > 0,
    dialCounts,
    proxied,
  };
}

/** Its dial goes to a proxy; read off the dial's events when it came to no connection. */
function isProxied({ connection, dial, roundTrip }: RecordBuilder): boolean {
  if (connection !== undefined) return connectionFacts(connection).proxy !== undefined;
  const attempt = dial.attempts[0];
  if (attempt?.network === 'unix') return false;
  const tried = attempt === undefined ? undefined : parseAddr(attempt.addr);
  const host = dial.host ?? tried?.host;
  return host !== undefined && isElsewhere({ host, port: tried?.port }, roundTrip.url);
}

/** By a proxy there can be two handshakes, of which the first is the proxy's own. */
function isOriginsHandshake({ connection, dial, roundTrip }: RecordBuilder): boolean {
  if (!roundTrip.url.startsWith('https:')) return false;
  // One that succeeded and gave no connection cannot have been the origin's.
  return connection !== undefined || dial.handshakes > 1 || dial.tlsError !== null;
}

function requestOf(builder: RecordBuilder, facts: ExchangeFacts, redaction: Redaction): RequestRecord {
  const { roundTrip } = builder;
  const header: HeaderField[] = [];
  for (const { name, values } of builder.requestFields ?? roundTrip.requestFields ?? []) {
    for (const value of values) header.push(redaction.field(name, value));
  }
  const request: Mutable<RequestRecord> = {
    method: roundTrip.method,
    url: redaction.url(roundTrip.url),
    httpVersion: facts.requestHttpVersion,
    header,
  };
  if (facts.bytesWritten !== undefined) request.wireBytes = facts.bytesWritten;
  return request;
}

function responseOf(
  { status, statusText, httpVersion }: NonNullable<RecordBuilder['response']>,
  facts: ExchangeFacts,
  redaction: Redaction,
): ResponseRecord {
  const response: Mutable<ResponseRecord> = {
    status,
    statusText,
    httpVersion,
    header: redaction.fields(facts.responseFields),
    trailers: redaction.fields(facts.trailers),
    serverTiming: serverTimingOf(facts),
  };
  if (facts.bytesRead !== undefined) response.wireBytes = facts.bytesRead;
  if (facts.bodyBytes !== undefined) response.bodyBytes = facts.bodyBytes;
  return response;
}

/** A trailer may carry it too (W3C Server Timing, 2). */
function serverTimingOf({ responseFields, trailers }: ExchangeFacts): ResponseRecord['serverTiming'] {
  const entries: ServerTimingEntry[] = [];
  addServerTiming(responseFields, entries);
  addServerTiming(trailers, entries);
  return entries;
}

function addServerTiming(fields: readonly HeaderField[], entries: ServerTimingEntry[]): void {
  for (const [name, value] of fields) {
    // The length first: lower case is made for the fewest.
    if (name.length !== SERVER_TIMING.length || name.toLowerCase() !== SERVER_TIMING) continue;
    for (const entry of parseServerTiming(value)) entries.push(entry);
  }
}

function connectionOf(
  builder: RecordBuilder,
  connection: NonNullable<RecordBuilder['connection']>,
): ConnectionUse {
  const { use, doneTime, putIdleError, error } = builder;
  // Field by field: a spread of them costs more than all the rest of the record.
  const { id, protocol, transport, openedBy, local, remote, proxy, tls } = connectionFacts(connection);
  const record: Mutable<ConnectionUse> = {
    id,
    reused: use?.reused ?? false,
    wasIdle: use?.wasIdle ?? false,
    served: use?.served ?? 0,
    protocol,
    transport,
  };
  if (openedBy !== undefined) record.openedBy = openedBy;
  if (local !== undefined) record.local = local;
  if (remote !== undefined) record.remote = remote;
  if (proxy !== undefined) record.proxy = proxy;
  if (tls !== undefined) record.tls = tls;
  if (use?.wasIdle === true && use.idleTime !== undefined) record.idleTime = microseconds(use.idleTime);
  if (doneTime === undefined) return record;
  record.after = afterwards(builder, connection);
  // It may not have been closed yet, so the connection itself cannot tell.
  if (record.after === 'closed') {
    record.closeReason = putIdleError?.message ?? (error === null ? 'response' : 'error');
  }
  return record;
}

function afterwards(
  builder: RecordBuilder,
  connection: NonNullable<RecordBuilder['connection']>,
): NonNullable<ConnectionUse['after']> {
  // A pool is not asked, and CONNECT takes over the stream alone: the connection stays until its session ends.
  if (connection.protocol === 'h2') return connection.closed === undefined ? 'kept' : 'closed';
  if (isHandedOver(builder)) return 'handed-over';
  return builder.putIdleError === null ? 'kept' : 'closed';
}

/** With 101, or whatever the answer to CONNECT, the socket is the program's own. */
function isHandedOver({ response, roundTrip }: RecordBuilder): boolean {
  return response?.status === 101 || (roundTrip.method === 'CONNECT' && response !== undefined);
}

function dialOf(
  dial: DialBuilder,
  builder: RecordBuilder,
  moments: Moments,
  redaction: Redaction,
): DialRecord {
  const record: Mutable<DialRecord> = {
    used: moments.dialCounts && builder.connection !== undefined,
    attempts: dial.attempts.map((attempt) => attemptOf(attempt, moments.start, redaction)),
  };
  if (dial.host !== undefined) record.host = dial.host;
  if (dial.addresses !== undefined) record.addresses = dial.addresses;
  if (dial.tlsState !== undefined) record.tls = tlsRecord(dial.tlsState);
  return record;
}

function attemptOf({ network, addr, start, done, err }: Attempt, from: number, redaction: Redaction) {
  const record: Mutable<AttemptRecord> = { network, addr, start: microseconds(start - from) };
  if (done !== undefined) record.duration = microseconds(done - start);
  if (err !== null) record.error = errorRecord(err, redaction, 'connect');
  return record;
}

function listed(header: HeaderMap): HeaderField[] {
  return Object.entries(header).flatMap(([name, values]) =>
    values.map((value): HeaderField => [name, value]),
  );
}
