import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate, TLSConnectionState } from '../trace/client-trace.ts';

/** A socket that speaks TLS, told by what it can do: `instanceof` would need to load node:tls. */
export function isTLSSocket(socket: object): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true && 'getProtocol' in socket;
}

/** What is agreed on so far on a TLS socket. Reads cheap things at once, and the certificates when asked for. */
export function tlsState(socket: TLSSocket): TLSConnectionState {
  return new SocketTLSState(socket);
}

class SocketTLSState implements TLSConnectionState {
  readonly version: string | undefined;
  readonly cipher: string | undefined;
  readonly alpnProtocol: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  readonly #socket: TLSSocket;
  #chain: readonly PeerCertificate[] | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    // A socket that was destroyed meanwhile has no handle: its methods then throw or give null, version by version.
    this.version = attempt(() => socket.getProtocol()) ?? undefined;
    this.cipher = attempt(() => socket.getCipher()?.standardName);
    this.alpnProtocol = socket.alpnProtocol || undefined;
    this.serverName = serverName(socket);
    this.resumed = attempt(() => socket.isSessionReused()) ?? false;
    this.authorized = socket.authorized === true;
    this.authorizationError = errorCode(socket.authorizationError);
  }

  get peerCertificates(): readonly PeerCertificate[] {
    return (this.#chain ??= attempt(() => readChain(this.#socket)) ?? []);
  }
}

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

function readChain(socket: TLSSocket): readonly PeerCertificate[] {
  const chain: PeerCertificate[] = [];
  let certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (certificate !== undefined && chain.length < 16) {
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
