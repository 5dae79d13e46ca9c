import type { ErrorRecord } from '../record/types.ts';
import type { Explanation } from './explanation.ts';
import { sentence } from './sentence.ts';

/** What an explanation of a misunderstanding speaks about. */
export interface Misunderstanding {
  readonly error: ErrorRecord;
  readonly code: string;
  /** What was dialled: an address, a unix socket's path, or the origin. */
  readonly target: string;
  /** The URL is https. */
  readonly secure: boolean;
}

const NO_HTTP2 = 'Leave out --http2, or use --client http.';

/** Both sides speak, but not the same language; undefined when it is something else. */
export function explainProtocolError({
  code,
  error,
  secure,
  target,
}: Misunderstanding): Explanation | undefined {
  if (/wrong.version.number|packet.length.too.long|http.request/i.test(`${code} ${error.message}`)) {
    return {
      what: 'no TLS there',
      why: `${target} answered with something that is not TLS.`,
      advice: ['Use http:// if this port speaks plain HTTP.', 'Check the port.'],
    };
  }
  if (/no.application.protocol/i.test(code) || code === 'ERR_HTTPTRACE_NO_HTTP2') {
    const chose = code === 'ERR_HTTPTRACE_NO_HTTP2' ? ` ${sentence(error.message)}` : '';
    return {
      what: 'no HTTP/2 there',
      why: `${target} does not speak HTTP/2, and nothing else was offered.${chose}`,
      advice: [NO_HTTP2],
    };
  }
  if (/^(EPROTO|ERR_SSL_)/.test(code)) {
    return {
      what: 'TLS handshake failed',
      why: `The two sides could not agree: ${sentence(opensslReason(error.message))}`,
      advice: ['The server may want a client certificate (--cert, --key), or an older or newer TLS version.'],
    };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return {
      what: 'response head too large',
      why: 'The header fields of the response exceed the limit.',
      advice: [],
    };
  }
  if (code === 'ERR_HTTP2_ERROR') {
    return {
      what: 'not HTTP/2',
      why: `The answer of ${target} is not HTTP/2: ${sentence(error.message)}`,
      advice: [NO_HTTP2, ...otherPort(secure)],
    };
  }
  // undici gives no code when not even the first bytes are HTTP.
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') {
    return {
      what: 'not HTTP',
      why: `The answer of ${target} is not HTTP/1: ${sentence(error.message)}`,
      advice: otherPort(secure),
    };
  }
  return undefined;
}

function otherPort(secure: boolean): string[] {
  return secure ? ['Check the port.'] : ['Use https:// if this port speaks TLS.', 'Check the port.'];
}

/** OpenSSL's own words, without its codes and source files: `tlsv1 alert protocol version`. */
function opensslReason(message: string): string {
  return /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1] ?? message;
}
