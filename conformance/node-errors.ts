import type { ErrorKind } from './sequence.ts';

/** What a `got1xxResponse` hook returns when the scenario wants it to. */
export const hookError = new Error('hook says no');
/** What a hook throws when the scenario wants it to. */
export const thrownError = new Error('hook throws');
/** What the source of a request's body fails with. */
export const bodyError = new Error('body fails');

const kinds: Readonly<Record<string, ErrorKind>> = {
  ECONNREFUSED: 'refused',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENOENT: 'missing',
  ETIMEDOUT: 'timeout',
  ERR_HTTPTRACE_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  ABORT_ERR: 'canceled',
  ERR_HTTPTRACE_CANCELED: 'canceled',
  UND_ERR_ABORTED: 'canceled',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ERR_STREAM_PREMATURE_CLOSE: 'closed',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_CLOSED: 'closed',
  UND_ERR_DESTROYED: 'closed',
  ERR_HTTP2_SESSION_ERROR: 'closed',
  ERR_HTTP2_GOAWAY_SESSION: 'closed',
  ERR_HTTP2_STREAM_ERROR: 'stream',
  ERR_HTTP2_STREAM_CANCEL: 'stream',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'body',
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: 'body',
  UND_ERR_PRX_TLS: 'proxy',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-verify',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-verify',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-verify',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-verify',
  CERT_HAS_EXPIRED: 'tls-verify',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-verify',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-protocol',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-protocol',
};

const prefixes: readonly (readonly [prefix: string, kind: ErrorKind])[] = [
  ['HPE_', 'protocol'],
  ['UND_ERR_', 'protocol'],
  ['ERR_SSL_TLSV1_ALERT_', 'tls-alert'],
  ['ERR_SSL_', 'tls-alert'],
];

/** Names an error of Node by its kind; an error that says nothing of itself by its cause. */
export function kindOf(error: unknown): ErrorKind | null {
  if (error === null || error === undefined) return null;
  if (error === hookError) return 'hook';
  if (error === bodyError) return 'body';
  if (!(error instanceof Error)) return 'other';
  const known = kindOfCode('code' in error ? error.code : undefined, error);
  if (known !== undefined && error.cause === undefined) return known;
  return kindOf(error.cause) ?? known ?? 'other';
}

function kindOfCode(code: unknown, { name, message }: Error): ErrorKind | undefined {
  if (name === 'AbortError') return 'canceled';
  if (name === 'HTTPParserError') return 'protocol';
  if (typeof code !== 'string') return undefined;
  if (code === 'EPROTO') return /\balert\b/.test(message) ? 'tls-alert' : 'tls-protocol';
  return kinds[code] ?? prefixes.find(([prefix]) => code.startsWith(prefix))?.[1];
}
