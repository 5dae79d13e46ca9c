import type { Connection } from '../events/connection.ts';
import { isTLSSocket, tlsState } from '../events/tls-state.ts';
import type { PeerCertificate, TLSConnectionState } from '../trace/client-trace.ts';
import { errorRecord } from './error-record.ts';
import type { Mutable } from './mutable.ts';
import { hostPort, isElsewhere } from './origin.ts';
import { microseconds } from './phases.ts';
import { globalId, processInfo, wallTime } from './process-info.ts';
import type { Redaction } from './redact.ts';
import {
  type ConnectionRecord,
  type ConnectionUse,
  type Endpoint,
  RECORD_VERSION,
  type TLSRecord,
} from './types.ts';

/** What stays the same over a connection's life; read while its socket lives, because a destroyed one cannot tell. */
export type ConnectionFacts = Pick<
  ConnectionUse,
  'id' | 'openedBy' | 'protocol' | 'transport' | 'local' | 'remote' | 'proxy' | 'tls'
>;

/** The facts of `connection`, read at the first call, when it serves `roundTrip`. */
export function connectionFacts(
  connection: Connection,
  roundTrip?: { readonly url: string },
): ConnectionFacts {
  // Nobody else writes it.
  return (connection.facts ??= readFacts(connection, roundTrip?.url)) as ConnectionFacts;
}

function readFacts(connection: Connection, url: string | undefined): ConnectionFacts {
  const { socket, dial } = connection;
  const target = dial?.target;
  const peer = dial?.peer ?? endpoint(read(socket, 'remoteAddress'), read(socket, 'remotePort'));
  const path = target !== undefined && target.port === undefined ? target.host : undefined;
  const isTCP = peer !== undefined || target?.port !== undefined;
  const facts: Mutable<ConnectionFacts> = {
    id: globalId(connection.id),
    protocol: connection.protocol,
    transport: isTCP ? 'tcp' : path === undefined ? 'other' : 'unix',
  };
  if (dial?.owner !== undefined) facts.openedBy = globalId(dial.owner.id);
  const local = endpoint(read(socket, 'localAddress'), read(socket, 'localPort'));
  if (local !== undefined) facts.local = local;
  const remote = path === undefined ? peer : { address: path };
  if (remote !== undefined) facts.remote = remote;
  if (target?.port !== undefined && url !== undefined) {
    const dialled = { host: target.host, port: String(target.port) };
    if (isElsewhere(dialled, url)) facts.proxy = hostPort(dialled);
  }
  // The dial's state has the certificate also where the session was used up since; a connection that was opened before
  // anybody watched has to be asked itself.
  if (isTLSSocket(socket)) facts.tls = tlsRecord(dial?.tls ?? tlsState(socket));
  return facts;
}

function read(socket: object, key: string): unknown {
  return Reflect.get(socket, key);
}

function endpoint(address: unknown, port: unknown): Endpoint | undefined {
  if (typeof address !== 'string') return undefined;
  return typeof port === 'number' ? { address, port } : { address };
}

/** A handshake's state as data, with the peer's own certificate. */
export function tlsRecord(state: TLSConnectionState): TLSRecord {
  const record: Mutable<TLSRecord> = { resumed: state.resumed, authorized: state.authorized };
  if (state.version !== undefined) record.version = state.version;
  if (state.cipher !== undefined) record.cipher = state.cipher;
  if (state.alpnProtocol !== undefined) record.alpnProtocol = state.alpnProtocol;
  if (state.serverName !== undefined) record.serverName = state.serverName;
  if (state.authorizationError !== undefined) record.authorizationError = state.authorizationError;
  const certificate = state.peerCertificates[0];
  if (certificate !== undefined && isDated(certificate)) {
    const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256 } = certificate;
    record.certificate = { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256 };
  }
  return record;
}

/** OpenSSL prints a malformed date as words; JSON has no NaN. */
function isDated({ validFrom, validTo }: PeerCertificate): boolean {
  return Number.isFinite(validFrom) && Number.isFinite(validTo);
}

/** A connection over its life, as it is now. */
export function connectionRecord(connection: Connection, redaction: Redaction): ConnectionRecord {
  const { closed } = connection;
  const record: Mutable<ConnectionRecord> = {
    type: 'connection',
    version: RECORD_VERSION,
    process: processInfo(),
    opened: microseconds(connection.opened),
    wallTime: wallTime(connection.opened),
    served: connection.served,
    ...connectionFacts(connection),
  };
  if (closed !== undefined) {
    const { reason, err } = closed;
    const time = microseconds(closed.time);
    record.closed = err === null ? { time, reason } : { time, reason, error: errorRecord(err, redaction) };
  }
  return record;
}
