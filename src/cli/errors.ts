/** What the user gave cannot be used. Printed as one line; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'ERR_HTTPTRACE_USAGE';
}

/** The time allowed by `--max-time` or `--connect-timeout` is over. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
  readonly code = 'ERR_HTTPTRACE_TIMEOUT';

  /**
   * @param option - which limit it was, as it is written on the command line.
   * @param seconds - the limit.
   */
  constructor(option: string, seconds: number) {
    super(`The limit was ${option} ${seconds}.`);
  }
}

/** The user pressed Ctrl-C. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'ERR_HTTPTRACE_INTERRUPTED';

  constructor() {
    super('Interrupted by the user.');
  }
}

/** The proxy did not open a tunnel. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code = 'ERR_HTTPTRACE_PROXY';
}

/** The server does not speak HTTP/2, and nothing else was allowed. */
export class Http2UnsupportedError extends Error {
  override readonly name = 'Http2UnsupportedError';
  readonly code = 'ERR_HTTPTRACE_NO_HTTP2';

  /** @param chosen - what ALPN agreed on instead; undefined for nothing. */
  constructor(chosen: string | undefined) {
    super(
      chosen === undefined ? 'The server chose no protocol (ALPN).' : `The server chose ${chosen} (ALPN).`,
    );
  }
}

/** The body could not be written or decoded; the exit code is 23. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code = 'ERR_HTTPTRACE_OUTPUT';
}

/** `code` of an error of Node's, if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Message of whatever was thrown; `fetch failed` tells nothing without its cause. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Why a file cannot be read or written, in words: `no such file`. */
export function fileProblem(error: unknown): string {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left',
  };
  const code = errorCode(error);
  return (code === undefined ? undefined : known[code]) ?? errorMessage(error);
}
