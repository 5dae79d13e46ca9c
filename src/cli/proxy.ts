import { isIP } from 'node:net';
import { quoteArgument } from './args.ts';
import { UsageError } from './errors.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { takeUserinfo } from './urls.ts';

/** As with curl. */
const DEFAULT_PORT = 1080;
const DEFAULT_SECURE_PORT = 443;

/** An HTTP proxy. */
export interface Proxy {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** It is itself reached by TLS. */
  readonly secure: boolean;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/**
 * The proxy for a URL: by `--proxy`, else by the environment (`http_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`),
 * where `HTTP_PROXY` in capitals does not count: a CGI program would take it from a request header.
 *
 * @throws UsageError when the proxy cannot be used.
 */
export function proxyFor(url: URL, options: Options, env: Io['env']): Proxy | undefined {
  if (options.unixSocket !== undefined) return undefined;
  const written = options.proxy ?? proxyOfEnvironment(url, env);
  if (written === undefined || written === '') return undefined;
  const exceptions = options.noProxy ?? env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  if (isExcepted(bareHost(url), exceptions)) return undefined;
  return parseProxy(written, options.proxyUser);
}

function proxyOfEnvironment(url: URL, env: Io['env']): string | undefined {
  const own = url.protocol === 'https:' ? (env['https_proxy'] ?? env['HTTPS_PROXY']) : env['http_proxy'];
  return own ?? env['all_proxy'] ?? env['ALL_PROXY'];
}

function parseProxy(written: string, proxyUser: string | undefined): Proxy {
  const shown = `"${quoteArgument(written.replace(/[^/]*@/, ''))}"`;
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  if (!URL.canParse(absolute)) throw new UsageError(`bad proxy ${shown}: write http://HOST:PORT`);
  const url = new URL(absolute);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`unsupported proxy ${shown}: only http:// and https:// proxies can be used`);
  }
  const secure = url.protocol === 'https:';
  const credentials = proxyUser ?? takeUserinfo(url);
  return {
    host: bareHost(url),
    port: url.port === '' ? defaultPort(absolute, secure) : Number(url.port),
    secure,
    authorization: credentials === undefined ? undefined : basicAuthorization(credentials),
  };
}

/** A URL parser drops the port that is the scheme's own; an http proxy's default is another. */
function defaultPort(written: string, secure: boolean): number {
  if (secure) return DEFAULT_SECURE_PORT;
  return /:0*80\/?$/.test(written) ? 80 : DEFAULT_PORT;
}

/** Value of an `Authorization` field (RFC 7617). */
export function basicAuthorization(credentials: string): string {
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
}

/** Host of a URL, an IPv6 address without brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** `example.com` and `.example.com` stand for the host and everything below it. */
function isExcepted(host: string, exceptions: string): boolean {
  return exceptions.split(/[\s,]+/).some((exception) => {
    if (exception === '*') return true;
    const name = exception
      .replace(/^\./, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase();
    if (name === '') return false;
    return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
  });
}
