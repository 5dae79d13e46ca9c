import type { ErrorRecord } from '../record/types.ts';
import { isCertificateError } from '../view/certificate-errors.ts';
import { significantError } from '../view/significant-error.ts';

/** Exit codes; those of failed requests are curl's. */
export const EXIT = {
  ok: 0,
  unsupportedProtocol: 1,
  usage: 2,
  slo: 4,
  dns: 6,
  connect: 7,
  httpError: 22,
  output: 23,
  timeout: 28,
  tls: 35,
  tooManyRedirects: 47,
  receive: 56,
  certificate: 60,
  internal: 70,
  interrupted: 130,
} as const;

/** What each code means, for `--help`. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'The request was answered, whatever the status.'],
  [EXIT.unsupportedProtocol, 'A redirect led to something that is neither http nor https.'],
  [EXIT.usage, 'The command line, or a file that it names, cannot be used.'],
  [EXIT.slo, 'A --slo rule was broken.'],
  [EXIT.dns, 'The name was not found.'],
  [EXIT.connect, 'No connection.'],
  [EXIT.httpError, 'With -f: the status was 400 or more.'],
  [EXIT.output, 'The body could not be written or decompressed.'],
  [EXIT.timeout, 'Timed out.'],
  [EXIT.tls, 'The TLS handshake failed.'],
  [EXIT.tooManyRedirects, 'Too many redirects.'],
  [EXIT.receive, 'The connection broke, the proxy refused, or the answer was not HTTP.'],
  [EXIT.certificate, 'The certificate cannot be trusted.'],
  [EXIT.internal, 'A fault of httptrace itself.'],
  [EXIT.interrupted, 'Interrupted by Ctrl-C.'],
];

/** The exit code for a failed request. */
export function exitCodeFor(outer: ErrorRecord): number {
  const error = significantError(outer);
  const code = error.code ?? '';
  const phase = outer.phase ?? error.phase;
  if (code === 'ERR_HTTPTRACE_TIMEOUT' || code === 'ETIMEDOUT') return EXIT.timeout;
  if (code === 'ERR_HTTPTRACE_INTERRUPTED') return EXIT.interrupted;
  if (code === 'ERR_HTTPTRACE_OUTPUT') return EXIT.output;
  if (code === 'ERR_HTTPTRACE_PROXY') return EXIT.receive;
  if (isCertificateError(code)) return EXIT.certificate;
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return EXIT.dns;
  switch (phase) {
    case 'dns':
      return EXIT.dns;
    case 'queued':
    case 'connect':
      return EXIT.connect;
    case 'tls':
      return EXIT.tls;
    case undefined:
      return error.syscall === 'connect' ? EXIT.connect : EXIT.receive;
    default:
      return EXIT.receive;
  }
}
