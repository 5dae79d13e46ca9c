import { now } from '../events/clock.ts';
import type { HeaderMap } from '../trace/client-trace.ts';
import { connectionFacts, proxyOf, tlsRecord } from './connection-record.ts';
import type { DialBuilder } from './dial-builder.ts';
import { errorRecord, withoutUndefined } from './error-record.ts';
import { type Moments, microseconds, phasesOf } from './phases.ts';
import { globalId, processInfo, wallTime } from './process-info.ts';
import type { RecordBuilder } from './record-builder.ts';
import type { Redaction } from './redact.ts';
import { parseServerTiming } from './server-timing.ts';
import {
  type ConnectionUse,
  type DialRecord,
  type HeaderField,
  type PhaseName,
  RECORD_VERSION,
  type RequestRecord,
  type ResponseRecord,
  type RoundTripRecord,
} from './types.ts';

/** The record of what `builder` has gathered: of a finished round trip, or of one that is still open. */
export function makeRecord(builder: RecordBuilder, redaction: Redaction): RoundTripRecord {
  const { roundTrip, start } = builder;
  const moments = momentsOf(builder);
  const phases = phasesOf(moments);
  const failed = builder.error !== null;
  const failedIn = failed ? phases.at(-1)?.name : undefined;
  return withoutUndefined<RoundTripRecord>({
    type: 'roundTrip',
    version: RECORD_VERSION,
    id: globalId(roundTrip.id),
    call: {
      id: globalId(roundTrip.callId),
      attempt: roundTrip.attempt,
      reason: roundTrip.reason,
      known: roundTrip.callKnown,
    },
    process: processInfo(),
    client: { name: roundTrip.client, version: roundTrip.clientVersion },
    intercepted: roundTrip.intercepted,
    wallTime: wallTime(start),
    start: microseconds(start),
    duration: microseconds(moments.end - start),
    phases,
    events: builder.events.map((event) => ({ ...event, time: microseconds(event.time) })),
    request: requestOf(builder, redaction),
    informational: builder.informational.map(({ status, time, header }) => ({
      status,
      time: microseconds(time),
      header: redaction.fields(listed(header)),
    })),
    response: responseOf(builder, redaction),
    connection: connectionOf(builder, moments),
    dial: builder.dial.happened ? dialOf(builder.dial, builder, moments) : undefined,
    outcome: builder.doneTime === undefined ? 'incomplete' : failed ? 'error' : 'ok',
    error: failed ? errorRecord(builder.error, failedIn) : undefined,
    callSite: builder.callSite,
  });
}

function momentsOf(builder: RecordBuilder): Moments {
  const { dial, connection, roundTrip } = builder;
  const ownDial = connection?.dial?.owner === roundTrip && builder.use?.reused === false;
  return {
    start: builder.start,
    // A failure after the last byte (the upload broke off) is still told in `error`.
    end: builder.lastByteTime ?? builder.doneTime ?? now(),
    dnsStart: dial.dnsStartTime,
    dnsDone: dial.dnsDoneTime,
    connectStart: dial.attempts[0]?.start,
    connectDone: dial.attempts.at(-1)?.done,
    tlsStart: dial.tlsStartTime,
    tlsDone: dial.tlsDoneTime,
    gotConn: builder.gotConnTime,
    wroteRequest: builder.wroteRequestTime,
    firstByte: builder.firstByteTime,
    gotResponse: builder.responseTime,
    informational: builder.informational.length > 0,
    dialCounts: ownDial || connection === undefined,
    proxied:
      dial.handshakes > 1 ||
      (connection !== undefined && proxyOf(connection, originOf(builder)) !== undefined),
  };
}

/** Host of the request's URL, without brackets. */
function originOf(builder: RecordBuilder): string {
  const match = /^[a-z]+:\/\/(?:\[([^\]]*)\]|([^/:?#]*))/i.exec(builder.roundTrip.url);
  return match?.[1] ?? match?.[2] ?? '';
}

function requestOf(builder: RecordBuilder, redaction: Redaction): RequestRecord {
  const { roundTrip } = builder;
  const fields = builder.requestFields ?? roundTrip.requestFields ?? [];
  const facts = roundTrip.facts();
  return withoutUndefined<RequestRecord>({
    method: roundTrip.method,
    url: redaction.url(roundTrip.url),
    httpVersion: facts.requestHttpVersion,
    header: fields.flatMap(({ name, values }) => values.map((value) => redaction.field(name, value))),
    wireBytes: facts.bytesWritten,
  });
}

function responseOf(builder: RecordBuilder, redaction: Redaction): ResponseRecord | undefined {
  const { response } = builder;
  if (response === undefined) return undefined;
  const facts = builder.roundTrip.facts();
  return withoutUndefined<ResponseRecord>({
    status: response.status,
    statusText: response.statusText,
    httpVersion: response.httpVersion,
    header: redaction.fields(facts.responseFields),
    trailers: redaction.fields(facts.trailers),
    serverTiming: (response.header['server-timing'] ?? []).flatMap(parseServerTiming),
    wireBytes: facts.bytesRead,
    bodyBytes: facts.bodyBytes,
  });
}

function connectionOf(builder: RecordBuilder, moments: Moments): ConnectionUse | undefined {
  const { connection, use, putIdleError } = builder;
  if (connection === undefined || use === undefined) return undefined;
  const closed = connection.closed;
  return withoutUndefined<ConnectionUse>({
    id: globalId(connection.id),
    openedBy: connection.dial?.owner === undefined ? undefined : globalId(connection.dial.owner.id),
    reused: use.reused,
    wasIdle: use.wasIdle,
    idleTime: use.idleTime === undefined ? undefined : microseconds(use.idleTime),
    served: use.served,
    ...connectionFacts(connection),
    proxy: moments.proxied || use.reused ? proxyOf(connection, originOf(builder)) : undefined,
    after: afterOf(builder),
    closeReason: putIdleError?.message ?? (closed === undefined ? undefined : closed.reason),
  });
}

function afterOf({ doneTime, putIdleError, response, roundTrip }: RecordBuilder): ConnectionUse['after'] {
  if (doneTime === undefined) return undefined;
  if (putIdleError === null) return 'kept';
  if (response?.status === 101 || (roundTrip.method === 'CONNECT' && response?.status === 200))
    return 'handed-over';
  return 'closed';
}

function dialOf(dial: DialBuilder, builder: RecordBuilder, moments: Moments): DialRecord {
  const lastPhase: PhaseName = 'connect';
  return withoutUndefined<DialRecord>({
    used: moments.dialCounts && builder.connection !== undefined,
    host: dial.host,
    addresses: dial.addresses,
    attempts: dial.attempts.map((attempt) =>
      withoutUndefined({
        network: attempt.network,
        addr: attempt.addr,
        start: microseconds(attempt.start - moments.start),
        duration: attempt.done === undefined ? undefined : microseconds(attempt.done - attempt.start),
        error: attempt.err === null ? undefined : errorRecord(attempt.err, lastPhase),
      }),
    ),
    tls: dial.state && tlsRecord(dial.state),
  });
}

function listed(header: HeaderMap): HeaderField[] {
  return Object.entries(header).flatMap(([name, values]) =>
    values.map((value): HeaderField => [name, value]),
  );
}
