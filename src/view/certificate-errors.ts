import type { RoundTripRecord } from '../record/types.ts';
import type { Explanation } from './explanation.ts';
import { plural } from './format.ts';

type Kind = 'expired' | 'early' | 'self-signed' | 'unknown-issuer' | 'wrong-name' | 'revoked' | 'other';

/** Codes of OpenSSL's certificate verification (X509_V_ERR_…) as Node names them, and Node's own one for the name. */
const KINDS: Readonly<Record<string, Kind>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'early',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  HOSTNAME_MISMATCH: 'wrong-name',
  CERT_REVOKED: 'revoked',
  CERT_UNTRUSTED: 'other',
  CERT_REJECTED: 'other',
  CERT_CHAIN_TOO_LONG: 'other',
  CERT_SIGNATURE_FAILURE: 'other',
  CRL_HAS_EXPIRED: 'other',
  CRL_NOT_YET_VALID: 'other',
  INVALID_CA: 'other',
  INVALID_PURPOSE: 'other',
  PATH_LENGTH_EXCEEDED: 'other',
  UNABLE_TO_GET_CRL: 'other',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'other',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'other',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'other',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'other',
};

/** The TLS handshake worked, but the certificate was not accepted. */
export function isCertificateError(code: string): boolean {
  return Object.hasOwn(KINDS, code);
}

/** @internal Part of {@link explainFailure}. */
export function explainCertificateError(code: string, host: string, record: RoundTripRecord): Explanation {
  const insecure = '-k goes on in spite of it: do not send secrets then.';
  const certificate = (record.connection?.tls ?? record.dial?.tls)?.certificate;
  switch (KINDS[code]) {
    case 'expired': {
      const days =
        certificate === undefined
          ? undefined
          : Math.floor((record.wallTime - certificate.validTo) / 86_400_000);
      const when = days === undefined || days < 0 ? '' : ` ${plural(days, 'day')} ago`;
      return {
        what: 'certificate expired',
        why: `The certificate of ${host}, or one that it depends on, expired${when}.`,
        advice: ["The server's owner must renew it; check this machine's clock too.", insecure],
      };
    }
    case 'early':
      return {
        what: 'certificate not valid yet',
        why: `The certificate of ${host} is for a later time.`,
        advice: ["Check this machine's clock.", insecure],
      };
    case 'self-signed':
      return {
        what: 'self-signed certificate',
        why: `${host} vouches for itself: its certificate is not signed by an authority that is trusted here.`,
        advice: ['Trust it with --cacert FILE if it is yours.', insecure],
      };
    case 'unknown-issuer':
      return {
        what: 'certificate from an unknown authority',
        why: `The certificate of ${host} is signed by an authority that is not trusted here, or the server does not send the certificates in between.`,
        advice: ['Trust the authority with --cacert FILE.', insecure],
      };
    case 'wrong-name': {
      const names = certificate?.subjectAltName;
      return {
        what: 'certificate for another name',
        why: `The certificate is not for ${host}${names === undefined || names === '' ? '' : `; it is for ${names}`}.`,
        advice: ['Use a name that it is for.', insecure],
      };
    }
    case 'revoked':
      return {
        what: 'certificate revoked',
        why: `The certificate of ${host} was withdrawn by the authority that had signed it.`,
        advice: ['Do not trust this server.'],
      };
    default:
      return {
        what: 'certificate not accepted',
        why: `The certificate of ${host} failed verification (${code}).`,
        advice: [insecure],
      };
  }
}
