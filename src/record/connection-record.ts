import type { Connection } from '../events/connection.ts';
import { isTLSSocket, tlsState } from '../events/tls-state.ts';
import type { TLSConnectionState } from '../trace/client-trace.ts';
import { errorRecord, withoutUndefined } from './error-record.ts';
import { microseconds } from './phases.ts';
import { globalId, processInfo, wallTime } from './process-info.ts';
import { type ConnectionRecord, type Endpoint, RECORD_VERSION, type TLSRecord } from './types.ts';

/** What stays the same over a connection's life; read while its socket lives, because a destroyed one cannot tell. */
export type ConnectionFacts = Pick<ConnectionRecord, 'protocol' | 'transport' | 'local' | 'remote' | 'tls'>;

const known = new WeakMap<Connection, ConnectionFacts>();

/** The facts of `connection`, read at the first call. */
export function connectionFacts(connection: Connection): ConnectionFacts {
  let facts = known.get(connection);
  if (facts === undefined) known.set(connection, (facts = readFacts(connection)));
  return facts;
}

function readFacts(connection: Connection): ConnectionFacts {
  const { socket, dial } = connection;
  const remoteAddress = read(socket, 'remoteAddress');
  const path = dial?.target !== undefined && dial.target.port === undefined ? dial.target.host : undefined;
  return withoutUndefined<ConnectionFacts>({
    protocol: connection.protocol,
    transport: typeof remoteAddress === 'string' ? 'tcp' : path === undefined ? 'other' : 'unix',
    local: endpoint(read(socket, 'localAddress'), read(socket, 'localPort')),
    remote: path === undefined ? endpoint(remoteAddress, read(socket, 'remotePort')) : { address: path },
    // The dial's state has the certificate also where the session was used up since; a connection that was opened
    // before anybody watched has to be asked itself.
    tls: isTLSSocket(socket) ? tlsRecord(dial?.tls ?? tlsState(socket)) : undefined,
  });
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
  const certificate = state.peerCertificates[0];
  return withoutUndefined<TLSRecord>({
    version: state.version,
    cipher: state.cipher,
    alpnProtocol: state.alpnProtocol,
    serverName: state.serverName,
    resumed: state.resumed,
    authorized: state.authorized,
    authorizationError: state.authorizationError,
    certificate: certificate && {
      subject: certificate.subject,
      issuer: certificate.issuer,
      subjectAltName: certificate.subjectAltName,
      validFrom: certificate.validFrom,
      validTo: certificate.validTo,
      fingerprint256: certificate.fingerprint256,
    },
  });
}

/** `host:port` of the proxy that a connection for `origin` goes through; undefined when it goes there directly. */
export function proxyOf(connection: Connection, origin: string): string | undefined {
  const target = connection.dial?.target;
  if (target === undefined || target.port === undefined || target.host === origin) return undefined;
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

/** A connection over its life, as it is now. */
export function connectionRecord(connection: Connection, proxy: string | undefined): ConnectionRecord {
  const { closed, dial } = connection;
  return withoutUndefined<ConnectionRecord>({
    type: 'connection',
    version: RECORD_VERSION,
    id: globalId(connection.id),
    process: processInfo(),
    openedBy: dial?.owner === undefined ? undefined : globalId(dial.owner.id),
    opened: microseconds(connection.opened),
    wallTime: wallTime(connection.opened),
    served: connection.served,
    ...connectionFacts(connection),
    proxy,
    closed:
      closed === undefined
        ? undefined
        : {
            time: microseconds(closed.time),
            reason: closed.reason,
            ...(closed.err === null ? {} : { error: errorRecord(closed.err) }),
          },
  });
}
