import type { ErrorKind } from './sequence.ts';

/** What a `got1xxResponse` hook returns when the scenario wants it to. */
export const hookError = new Error('hook says no');

const kinds: Readonly<Record<string, ErrorKind>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ABORT_ERR: 'canceled',
  ERR_HTTPTRACE_CANCELED: 'canceled',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ERR_STREAM_PREMATURE_CLOSE: 'closed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-verify',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-verify',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-verify',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-verify',
  CERT_HAS_EXPIRED: 'tls-verify',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-verify',
};

/** Names an error of Node by its kind. */
export function kindOf(error: Error | null): ErrorKind | null {
  if (error === null) return null;
  if (error === hookError || error.cause === hookError) return 'hook';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return kinds[code] ?? 'other';
}
