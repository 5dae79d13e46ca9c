import type { ErrorRecord, PhaseName, RoundTripRecord } from '../record/types.ts';
import { explainCertificateError, isCertificateError } from './certificate-errors.ts';
import type { Explanation } from './explanation.ts';
import { formatDuration } from './format.ts';
import { explainProtocolError } from './protocol-errors.ts';
import { sentence } from './sentence.ts';
import { significantError } from './significant-error.ts';

/** What explanations speak about. */
interface Failure {
  readonly record: RoundTripRecord;
  readonly error: ErrorRecord;
  readonly code: string;
  readonly phase: PhaseName | undefined;
  /** Name or address in the URL. */
  readonly host: string;
  /** What was dialled last: an address, a unix socket's path, or the origin. */
  readonly target: string;
  readonly secure: boolean;
}

/** The connection, or with HTTP/2 the stream, was ended by the other side. */
const CLOSED = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'ERR_HTTPTRACE_CUT_OFF',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
]);

/** Says what went wrong in a failed round trip and what to try; undefined when it did not fail. */
export function explainFailure(record: RoundTripRecord): Explanation | undefined {
  if (record.error === undefined) return undefined;
  const failure = describeFailure(record, record.error);
  const { code } = failure;
  if (isCertificateError(code)) return explainCertificateError(code, failure.host, record);
  return (
    explainByCode(failure) ??
    explainProtocolError(failure) ??
    explainByPhase(failure) ?? {
      what: failure.error.message || failure.error.name,
      why: 'The client gave no further reason.',
      advice: [],
    }
  );
}

function describeFailure(record: RoundTripRecord, outer: ErrorRecord): Failure {
  const error = significantError(outer);
  const url = URL.canParse(record.request.url) ? new URL(record.request.url) : undefined;
  return {
    record,
    error,
    code: error.code ?? '',
    phase: outer.phase ?? error.phase,
    host: url?.hostname ?? record.request.url,
    target: record.dial?.attempts.at(-1)?.addr ?? url?.host ?? record.request.url,
    secure: url?.protocol === 'https:',
  };
}

function explainByCode(failure: Failure): Explanation | undefined {
  const { code, host, target, record } = failure;
  switch (code) {
    case 'ENOTFOUND':
      return {
        what: 'name not found',
        why: `DNS does not know ${record.dial?.host ?? host}.`,
        advice: ['Check the spelling.', 'Name an address with --resolve HOST:PORT:ADDRESS.'],
      };
    case 'EAI_AGAIN':
      return {
        what: 'no answer from DNS',
        why: `The DNS server did not answer when asked for ${record.dial?.host ?? host}.`,
        advice: [
          'Check the network connection and the DNS server.',
          'Name an address with --resolve HOST:PORT:ADDRESS.',
        ],
      };
    case 'ECONNREFUSED':
      return explainRefusal(failure);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return {
        what: 'no route',
        why: `This machine has no way to reach ${target}.`,
        advice: ['Check the network connection.', 'Try the other address family with -4 or -6.'],
      };
    case 'ENOENT':
      return {
        what: 'no such socket',
        why: `There is no unix socket at ${target}.`,
        advice: ['Check the path, and that the server runs.'],
      };
    case 'EACCES':
    case 'EPERM':
      return {
        what: 'permission denied',
        why: `The system does not allow a connection to ${target}.`,
        advice: ['Check the rights of this user, and firewall rules.'],
      };
    case 'ENOTSOCK':
      return { what: 'not a socket', why: `${target} is not a unix socket.`, advice: ['Check the path.'] };
    case 'ETIMEDOUT':
      return {
        what: 'no answer',
        why: `${target} did not answer the connection attempt.`,
        advice: ['Check that the host is up and that no firewall drops the packets.'],
      };
    case 'ERR_HTTPTRACE_TIMEOUT':
      return explainTimeout(failure);
    case 'ERR_HTTPTRACE_INTERRUPTED':
      return {
        what: 'interrupted',
        why: `The request was stopped after ${formatDuration(record.duration)}${during(failure.phase)}.`,
        advice: [],
      };
    case 'ERR_HTTPTRACE_PROXY':
      return {
        what: 'refused by the proxy',
        why: sentence(failure.error.message),
        advice: ['Check the proxy and what it allows; -U USER:PASSWORD logs in to it.'],
      };
    default:
      return undefined;
  }
}

function explainRefusal({ target, record }: Failure): Explanation {
  const tried = record.dial?.attempts.map((attempt) => attempt.addr) ?? [];
  const where = tried.length > 3 ? `any of the ${tried.length} addresses` : tried.join(' or ');
  return {
    what: 'connection refused',
    why: `Nothing listens at ${where || target}: the host is there, but no server takes connections on that port.`,
    advice: ['Check that the server runs, and the port.'],
  };
}

function explainTimeout({ record, phase, error }: Failure): Explanation {
  const doing: Readonly<Record<PhaseName, string>> = {
    queued: 'no connection became free',
    dns: 'DNS had not answered',
    connect: 'the connection was not established',
    proxy: 'the proxy had not answered',
    tls: 'the TLS handshake was not finished',
    send: 'the server had not taken the whole request',
    wait: 'the server had taken the request but not answered it',
    receive: 'the response was not complete',
  };
  const state = phase === undefined ? 'the request was not finished' : doing[phase];
  return {
    what: 'timed out',
    why: `After ${formatDuration(record.duration)} ${state}. ${sentence(error.message)}`,
    advice: ['Give it more time with -m SECONDS.'],
  };
}

function explainByPhase({ phase, code, error, target, record, secure }: Failure): Explanation | undefined {
  const closed =
    CLOSED.has(code) || /socket hang up|aborted|disconnected|other side closed/.test(error.message);
  if (!closed) return undefined;
  switch (phase) {
    case 'tls':
      return {
        what: 'connection closed during the TLS handshake',
        why: `${target} took the connection but closed it before TLS was set up.`,
        advice: ['Use http:// if this port speaks plain HTTP.', 'The server may not know this name (SNI).'],
      };
    case 'proxy':
      return {
        what: 'connection closed by the proxy',
        why: `${target} closed the connection instead of answering CONNECT.`,
        advice: ['Check that it is an HTTP proxy and allows this target.'],
      };
    case 'receive':
      return {
        what: 'response cut off',
        why: `The connection was closed before the response was complete (status ${record.response?.status ?? 'unknown'}).`,
        advice: ['The server or something between crashed or gave up: look into its log.'],
      };
    case 'send':
    case 'wait':
      return {
        what: 'closed without an answer',
        why: `${target} closed the connection without answering the request.`,
        advice: adviceWhenClosed(record, secure),
      };
    default:
      return { what: 'connection reset', why: `${target} closed the connection.`, advice: [] };
  }
}

function adviceWhenClosed({ connection }: RoundTripRecord, secure: boolean): string[] {
  if (connection?.reused === true)
    return ['It was a reused connection that the server had had enough of: try again.'];
  const log = "Look into the server's log.";
  return secure ? [log] : [log, 'Use https:// if this port speaks TLS.'];
}

function during(phase: PhaseName | undefined): string {
  return phase === undefined ? '' : `, in phase ${phase}`;
}
