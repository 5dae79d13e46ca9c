import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { PeerCertificate, TLSConnectionState } from '../trace/client-trace.ts';

/** A socket that speaks TLS, told by what it can do: `instanceof` would need to load node:tls. */
export function isTLSSocket(socket: object): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true && 'getProtocol' in socket;
}

/** What a handshake has agreed on by now; gone from the socket when it fails. */
export interface Agreed {
  readonly serverName: string | undefined;
  readonly version: string | undefined;
  readonly cipher: string | undefined;
  readonly resumed: boolean;
  /** Undefined while it can be read later. */
  readonly chain: readonly PeerCertificate[] | undefined;
}

/** What is known when a handshake begins. */
export function offered(socket: TLSSocket): Agreed {
  const serverName = text(askHandle(socket, 'getServername'));
  return { serverName, version: undefined, cipher: undefined, resumed: false, chain: undefined };
}

/** Reads what was agreed on from a socket that is alive, right before its certificate is verified. */
export function agreedOn(socket: TLSSocket): Agreed {
  return {
    serverName: serverName(socket),
    version: attempt(() => socket.getProtocol()) ?? undefined,
    cipher: attempt(() => socket.getCipher()?.standardName),
    resumed: attempt(() => socket.isSessionReused()) ?? false,
    // Reading it costs 0.2 to 0.5 ms, so only when OpenSSL has found it wanting and it is about to be refused.
    chain: (askHandle(socket, 'verifyError') ?? undefined) === undefined ? undefined : readChain(socket),
  };
}

/**
 * The state of a TLS socket.
 *
 * @param agreed - what was agreed on, when the socket itself may not be able to tell any more.
 * @param err - why the handshake failed.
 */
export function tlsState(
  socket: TLSSocket,
  agreed: Agreed = agreedOn(socket),
  err: Error | null = null,
): TLSConnectionState {
  return new SocketTLSState(socket, agreed, err);
}

class SocketTLSState implements TLSConnectionState {
  readonly version: string | undefined;
  readonly cipher: string | undefined;
  readonly alpnProtocol: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  #chain: readonly PeerCertificate[] | undefined;
  /** Let go when the chain has been read. */
  #socket: TLSSocket | undefined;

  constructor(socket: TLSSocket, agreed: Agreed, err: Error | null) {
    this.serverName = agreed.serverName;
    this.version = agreed.version;
    this.cipher = agreed.cipher;
    this.resumed = agreed.resumed;
    this.#chain = agreed.chain ?? chainOfRefusal(err);
    this.#socket = socket;
    this.alpnProtocol = socket.alpnProtocol || undefined;
    this.authorized = socket.authorized;
    this.authorizationError = errorCode(socket.authorizationError);
  }

  get peerCertificates(): readonly PeerCertificate[] {
    if (this.#chain === undefined) {
      this.#chain = this.#socket === undefined ? [] : readChain(this.#socket);
      this.#socket = undefined;
    }
    return this.#chain;
  }
}

/** A socket that was destroyed meanwhile has no handle: its methods then throw or give null, version by version. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Calls a method of the socket's private handle; where there is none, less is known of a handshake that fails. */
function askHandle(socket: TLSSocket, name: 'getServername' | 'verifyError'): unknown {
  const handle: unknown = Reflect.get(socket, '_handle');
  const method: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, name) : undefined;
  return typeof method === 'function' ? attempt<unknown>(() => Reflect.apply(method, handle, [])) : undefined;
}

/** `servername` is false, null, undefined or '' where none was sent, by Node version; @types/node knows only one. */
function serverName(socket: TLSSocket): string | undefined {
  return text('servername' in socket ? socket.servername : undefined);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Declared as Error; Node sets OpenSSL's code as a string, or the code of its own error. */
function errorCode(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return undefined;
}

/** OpenSSL's own limit on the depth of a chain is 100; ours keeps a hostile one small. */
const MAX_CHAIN = 16;

/**
 * Not by `getPeerX509Certificate()`: up to Node 24 that takes the certificate out of the connection's chain, and
 * `getPeerCertificate()`, with which node:tls then verifies the name, finds none.
 */
function readChain(socket: TLSSocket): readonly PeerCertificate[] {
  return describeChain(attempt(() => socket.getPeerCertificate(true)));
}

/** The error of a wrong name has the certificate. */
function chainOfRefusal(err: Error | null): readonly PeerCertificate[] | undefined {
  if (err === null || !('cert' in err) || typeof err.cert !== 'object' || err.cert === null) return undefined;
  return describeChain(err.cert);
}

/** A certificate as node:tls gives it, which is an empty object where there is none; @types/node has it always full. */
type MaybeCertificate = Partial<DetailedPeerCertificate>;

function describeChain(own: MaybeCertificate | undefined): readonly PeerCertificate[] {
  const chain: PeerCertificate[] = [];
  let certificate = own;
  while (certificate?.fingerprint256 !== undefined && chain.length < MAX_CHAIN) {
    chain.push(describeCertificate(certificate, certificate.fingerprint256));
    // A root is its own issuer.
    if (certificate.issuerCertificate === certificate) break;
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function describeCertificate(certificate: MaybeCertificate, fingerprint256: string): PeerCertificate {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    subjectAltName: certificate.subjectaltname ?? '',
    validFrom: Date.parse(certificate.valid_from ?? ''),
    validTo: Date.parse(certificate.valid_to ?? ''),
    fingerprint256,
    serialNumber: certificate.serialNumber ?? '',
  };
}

/** Node gives one entry an attribute, with an array where it is there several times. */
function distinguishedName(name: object | undefined): string {
  return Object.entries(name ?? {})
    .flatMap(([attribute, values]) => [values].flat().map((value) => `${attribute}=${String(value)}`))
    .join(', ');
}
