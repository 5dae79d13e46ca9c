import { describe, expect, it } from 'vitest';
import type { PhaseName } from '../../src/record/types.ts';
import { explainFailure } from '../../src/view/explain.ts';
import { significantError } from '../../src/view/significant-error.ts';
import { expired, failedRoundTrip, refused, roundTrip, secureConnection } from './fixtures.ts';

function what(phase: PhaseName, code: string, message = 'message'): string | undefined {
  return explainFailure(failedRoundTrip(phase, { code, message }))?.what;
}

describe('explainFailure', () => {
  it('has nothing to say about a round trip that worked', () => {
    expect(explainFailure(roundTrip())).toBeUndefined();
  });

  it('names what was refused', () => {
    expect(explainFailure(refused)).toEqual({
      what: 'connection refused',
      why: 'Nothing listens at [::1]:81 or 127.0.0.1:81: the host is there, but no server takes connections on that port.',
      advice: ['Check that the server runs, and the port.'],
    });
  });

  it('says when a certificate expired', () => {
    expect(explainFailure(expired)?.why).toBe(
      'The certificate of example.test, or one that it depends on, expired 2 days ago.',
    );
  });

  it('says for which names a certificate is', () => {
    const record = failedRoundTrip(
      'tls',
      { code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'x' },
      { dial: { used: false, attempts: [], tls: secureConnection.tls! } },
    );
    expect(explainFailure(record)?.why).toBe(
      'The certificate is not for example.test; it is for DNS:example.test.',
    );
  });

  it('knows the errors of each phase', () => {
    expect([
      what('dns', 'ENOTFOUND'),
      what('dns', 'EAI_AGAIN'),
      what('connect', 'EHOSTUNREACH'),
      what('connect', 'ETIMEDOUT'),
      what('connect', 'ENOENT'),
      what('connect', 'EACCES'),
      what('connect', 'ENOTSOCK'),
      what('connect', 'ECONNRESET'),
      what('proxy', 'ERR_HTTPTRACE_PROXY'),
      what('proxy', 'ECONNRESET'),
      what('tls', 'ECONNRESET'),
      what('tls', 'EPROTO', 'ssl3_get_record:WRONG_VERSION_NUMBER'),
      what('tls', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
      what('send', 'EPIPE'),
      what('wait', 'ECONNRESET', 'socket hang up'),
      what('wait', 'HPE_INVALID_CONSTANT'),
      what('wait', 'HPE_HEADER_OVERFLOW'),
      what('wait', 'ERR_HTTPTRACE_TIMEOUT'),
      what('wait', 'ERR_HTTPTRACE_INTERRUPTED'),
      what('receive', 'ECONNRESET', 'aborted'),
    ]).toEqual([
      'name not found',
      'no answer from DNS',
      'no route',
      'no answer',
      'no such socket',
      'permission denied',
      'not a socket',
      'connection reset',
      'refused by the proxy',
      'connection closed by the proxy',
      'connection closed during the TLS handshake',
      'no TLS there',
      'TLS handshake failed',
      'closed without an answer',
      'closed without an answer',
      'not HTTP',
      'response head too large',
      'timed out',
      'interrupted',
      'response cut off',
    ]);
  });

  it('knows the kinds of certificate errors', () => {
    expect(
      [
        'CERT_NOT_YET_VALID',
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'CERT_REVOKED',
        'INVALID_PURPOSE',
      ].map((code) => what('tls', code)),
    ).toEqual([
      'certificate not valid yet',
      'self-signed certificate',
      'certificate from an unknown authority',
      'certificate from an unknown authority',
      'certificate revoked',
      'certificate not accepted',
    ]);
  });

  it('says in a timeout what was being waited for', () => {
    const record = failedRoundTrip(
      'wait',
      { code: 'ERR_HTTPTRACE_TIMEOUT', message: 'The limit was --max-time 1.' },
      { durations: { send: 1, wait: 999 } },
    );
    expect(explainFailure(record)?.why).toBe(
      'After 1.00 s the server had taken the request but not answered it. The limit was --max-time 1.',
    );
  });

  it('falls back to the message for what it does not know', () => {
    expect(what('wait', 'EWHATEVER', 'strange thing')).toBe('strange thing');
  });
});

describe('significantError', () => {
  it('is the innermost one that says more than its wrapper', () => {
    const inner = { name: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' };
    expect(significantError({ name: 'TypeError', message: 'fetch failed', cause: inner })).toBe(inner);
    expect(significantError({ ...inner, cause: { name: 'Error', message: 'x', code: 'OTHER' } }).code).toBe(
      'ECONNREFUSED',
    );
  });
});
