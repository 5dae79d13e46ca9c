import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate, TLSConnectionState } from '../trace/client-trace.ts';

/** A socket that speaks TLS, told by what it can do: `instanceof` would need to load node:tls. */
export function isTLSSocket(socket: object): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true && 'getProtocol' in socket;
}

/** What a handshake has agreed on before the certificate is verified; gone from the socket when that fails. */
export interface Agreed {
  readonly version: string | undefined;
  readonly cipher: string | undefined;
  readonly certificate: X509Certificate | undefined;
}

/** Reads what was agreed on from a socket that is alive. A certificate object outlives its socket. */
export function agreedOn(socket: TLSSocket): Agreed {
  return {
    version: attempt(() => socket.getProtocol()) ?? undefined,
    cipher: attempt(() => socket.getCipher()?.standardName),
    certificate: attempt(() => socket.getPeerX509Certificate()),
  };
}

/** The state of a TLS socket, with what was `agreed` on when the socket itself cannot tell any more. */
export function tlsState(socket: TLSSocket, agreed: Agreed = agreedOn(socket)): TLSConnectionState {
  return new SocketTLSState(socket, agreed);
}

class SocketTLSState implements TLSConnectionState {
  readonly version: string | undefined;
  readonly cipher: string | undefined;
  readonly alpnProtocol: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  readonly #certificate: X509Certificate | undefined;
  #chain: readonly PeerCertificate[] | undefined;

  constructor(socket: TLSSocket, agreed: Agreed) {
    this.version = agreed.version;
    this.cipher = agreed.cipher;
    this.#certificate = agreed.certificate;
    this.alpnProtocol = socket.alpnProtocol || undefined;
    this.serverName = serverName(socket);
    this.resumed = attempt(() => socket.isSessionReused()) ?? false;
    this.authorized = socket.authorized === true;
    this.authorizationError = errorCode(socket.authorizationError);
  }

  get peerCertificates(): readonly PeerCertificate[] {
    return (this.#chain ??= readChain(this.#certificate));
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

/** `servername` is false, null, undefined or '' where none was sent, by Node version; @types/node knows only one. */
function serverName(socket: TLSSocket): string | undefined {
  const name: unknown = 'servername' in socket ? socket.servername : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Declared as Error; Node sets OpenSSL's code as a string, or the code of its own error. */
function errorCode(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return undefined;
}

/** OpenSSL's own limit on the depth of a chain is 100; ours keeps a hostile one small. */
const MAX_CHAIN = 16;

function readChain(own: X509Certificate | undefined): readonly PeerCertificate[] {
  const chain: PeerCertificate[] = [];
  let certificate = own;
  while (certificate !== undefined && chain.length < MAX_CHAIN) {
    chain.push(describeCertificate(certificate));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function describeCertificate(certificate: X509Certificate): PeerCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    subjectAltName: certificate.subjectAltName ?? '',
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    fingerprint256: certificate.fingerprint256,
    serialNumber: certificate.serialNumber,
  };
}

/** Node puts each part of a distinguished name on a line of its own. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
