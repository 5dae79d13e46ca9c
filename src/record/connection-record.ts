import type { Duplex } from 'node:stream';
import type { Connection } from '../events/connection.ts';
import type { DialTarget } from '../events/dial.ts';
import { isTLSSocket, tlsState } from '../events/tls-state.ts';
import type { PeerCertificate, TLSConnectionState } from '../trace/client-trace.ts';
import { errorRecord } from './error-record.ts';
import { type Addressed, localEnd } from './local-end.ts';
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

/** What records tell of a connection that stays the same over its life. */
export type ConnectionData = Pick<
  ConnectionUse,
  'id' | 'openedBy' | 'protocol' | 'transport' | 'local' | 'remote' | 'proxy' | 'tls'
>;

interface Remote {
  readonly remoteAddress?: unknown;
  readonly remotePort?: unknown;
}

/**
 * What stays the same over a connection's life; read while its socket lives, because a destroyed one cannot tell. Flat until
 * somebody asks for data: where each request opens its connection, each record that is kept keeps one of these.
 */
export class ConnectionFacts {
  readonly #id: number;
  readonly #opener: number | undefined;
  readonly #protocol: string;
  readonly #transport: ConnectionUse['transport'];
  readonly #localAddress: string | undefined;
  readonly #localPort: number | undefined;
  readonly #remote: Endpoint | undefined;
  readonly #dialled: DialTarget | undefined;
  readonly #wanted: { readonly url: string } | undefined;
  readonly #tls: TLSRecord | undefined;
  #data: ConnectionData | undefined = undefined;

  /** @param wanted - by a request that it serves, to tell a proxy by; undefined when there is none. */
  constructor(connection: Connection, wanted: { readonly url: string } | undefined) {
    const { dial } = connection;
    // Of a net.Socket; a stream of another kind has none of them.
    const socket: Duplex & Addressed & Remote = connection.socket;
    const target = dial?.target;
    const peer = dial?.peer ?? endpoint(socket.remoteAddress, socket.remotePort);
    const path = target !== undefined && target.port === undefined ? target.host : undefined;
    const isTCP = peer !== undefined || target?.port !== undefined;
    this.#id = connection.id;
    this.#opener = dial?.owner?.id;
    this.#protocol = connection.protocol;
    this.#transport = isTCP ? 'tcp' : path === undefined ? 'other' : 'unix';
    const { address, port } = localEnd(socket);
    this.#localAddress = typeof address === 'string' ? sameText(address) : undefined;
    this.#localPort = typeof port === 'number' ? port : undefined;
    this.#remote = path === undefined ? peer : { address: path };
    this.#dialled = target;
    this.#wanted = wanted;
    // The dial's state has the certificate also where the session was used up since; a connection that was opened before
    // anybody watched has to be asked itself.
    this.#tls = isTLSSocket(socket) ? tlsRecord(dial?.tls ?? tlsState(socket)) : undefined;
  }

  /** One object for all records of the connection. */
  get data(): ConnectionData {
    return (this.#data ??= this.#make());
  }

  #make(): ConnectionData {
    const data: Mutable<ConnectionData> = {
      id: globalId(this.#id),
      protocol: this.#protocol,
      transport: this.#transport,
    };
    if (this.#opener !== undefined) data.openedBy = globalId(this.#opener);
    const local = endpoint(this.#localAddress, this.#localPort);
    if (local !== undefined) data.local = local;
    if (this.#remote !== undefined) data.remote = this.#remote;
    const proxy = this.#wanted === undefined ? undefined : proxyOf(this.#dialled, this.#wanted.url);
    if (proxy !== undefined) data.proxy = proxy;
    if (this.#tls !== undefined) data.tls = this.#tls;
    return data;
  }
}

/** The facts of `connection`, read at the first call, when it serves `roundTrip`. */
export function connectionFacts(
  connection: Connection,
  roundTrip?: { readonly target: { readonly url: string } },
): ConnectionFacts {
  // Nobody else writes it.
  return (connection.facts ??= new ConnectionFacts(connection, roundTrip?.target)) as ConnectionFacts;
}

function proxyOf(target: DialTarget | undefined, url: string): string | undefined {
  if (target?.port === undefined) return undefined;
  const dialled = { host: target.host, port: String(target.port) };
  return isElsewhere(dialled, url) ? hostPort(dialled) : undefined;
}

let lastText = '';

/** `text`, or an equal one that was given before: the system writes a connection's address anew for each. */
function sameText(text: string): string {
  if (text !== lastText) lastText = text;
  return lastText;
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
    ...connectionFacts(connection).data,
  };
  if (closed !== undefined) {
    const { reason, err } = closed;
    const time = microseconds(closed.time);
    record.closed = err === null ? { time, reason } : { time, reason, error: errorRecord(err, redaction) };
  }
  return record;
}
