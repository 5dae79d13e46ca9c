import { parseArgv, quoteArgument, type OptionUse } from './args.ts';
import { DEFAULT_CLIENT, type ClientName, type HttpVersion } from './clients.ts';
import { UsageError } from './errors.ts';
import { OPTION_TABLE, type OptionName } from './option-table.ts';
import { readClient, readComparedClients } from './read-clients.ts';
import { parseResolve, type ResolveRule } from './resolve.ts';
import { parseSlo, type SloRule } from './slo.ts';
import { Uses } from './uses.ts';

/** A part of the body, in the order of the command line. */
export interface DataPart {
  readonly kind: 'data' | 'data-binary' | 'data-raw';
  readonly value: string;
}

/** The command line, understood. Files are named, not read. */
export interface Options {
  readonly help: boolean;
  readonly version: boolean;
  readonly urls: readonly string[];

  readonly client: ClientName;
  /** Undefined leaves it to the client, and to ALPN. */
  readonly httpVersion: HttpVersion | undefined;
  /** Undefined when nothing is compared. */
  readonly compare: ComparedClients | undefined;

  readonly method: string | undefined;
  readonly headerLines: readonly string[];
  readonly data: readonly DataPart[];
  readonly user: string | undefined;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
  readonly head: boolean;
  readonly compressed: boolean;

  readonly location: boolean;
  /** Infinity for any number. */
  readonly maxRedirects: number;

  readonly resolve: readonly ResolveRule[];
  readonly unixSocket: string | undefined;
  /** Empty: no proxy, whatever the environment says. */
  readonly proxy: string | undefined;
  readonly proxyUser: string | undefined;
  readonly noProxy: string | undefined;
  readonly family: 4 | 6 | undefined;

  readonly insecure: boolean;
  readonly proxyInsecure: boolean;
  readonly cacert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;

  /** Seconds. */
  readonly maxTime: number | undefined;
  /** Seconds. */
  readonly connectTimeout: number | undefined;
  readonly fail: boolean;
  readonly slo: readonly SloRule[];

  readonly repeat: number;
  readonly keepAlive: boolean;

  /** One for each URL; `-` is standard output. */
  readonly outputs: readonly string[];
  readonly json: boolean;
  readonly verbose: boolean;
  readonly silent: boolean;
  readonly noColor: boolean;
}

/** Clients of `--compare`. */
export interface ComparedClients {
  readonly clients: readonly ClientName[];
  /** The user named them; otherwise those are left out that cannot do what other options ask for. */
  readonly named: boolean;
}

const DEFAULT_MAX_REDIRECTS = 50;
const MOST_REPEATS = 1_000_000;

/**
 * Reads the command line.
 *
 * @throws UsageError that names the option or argument which cannot be used.
 */
export function readOptions(argv: readonly string[]): Options {
  const { uses, positionals } = parseArgv(argv, OPTION_TABLE);
  const given = new Uses(uses);
  const options: Options = {
    help: given.has('help'),
    version: given.has('version'),
    urls: positionals,
    client: given.one('client', readClient) ?? DEFAULT_CLIENT,
    httpVersion: given.has('http2') ? '2' : given.has('http1.1') ? '1.1' : undefined,
    compare: given.one('compare', readCompare),
    method: given.one('request', readMethod),
    headerLines: given.all('header'),
    data: uses.filter(isDataUse).map(({ name, value }) => ({ kind: name, value })),
    user: given.one('user', readCredentials),
    userAgent: given.one('user-agent'),
    referer: given.one('referer'),
    head: given.has('head'),
    compressed: given.has('compressed'),
    location: given.has('location'),
    maxRedirects: given.one('max-redirs', readMaxRedirects) ?? DEFAULT_MAX_REDIRECTS,
    resolve: given.all('resolve').map(parseResolve),
    unixSocket: given.one('unix-socket', readNonEmpty),
    proxy: given.one('proxy'),
    proxyUser: given.one('proxy-user', readCredentials),
    noProxy: given.one('noproxy'),
    family: readFamily(uses),
    insecure: given.has('insecure'),
    proxyInsecure: given.has('proxy-insecure'),
    cacert: given.one('cacert', readNonEmpty),
    cert: given.one('cert', readNonEmpty),
    key: given.one('key', readNonEmpty),
    maxTime: given.one('max-time', readSeconds),
    connectTimeout: given.one('connect-timeout', readSeconds),
    fail: given.has('fail'),
    slo: given.all('slo').map(parseSlo),
    repeat: given.one('repeat', readRepeat) ?? 1,
    keepAlive: !given.has('no-keep-alive'),
    outputs: given.all('output'),
    json: given.has('json'),
    verbose: given.has('verbose'),
    silent: given.has('silent'),
    noColor: given.has('no-color'),
  };
  if (!options.help && !options.version) {
    checkClients(given, options);
    checkTogether(options);
  }
  return options;
}

function checkClients(given: Uses<OptionName>, options: Options): void {
  if (given.has('http1.1') && given.has('http2')) {
    throw new UsageError(
      '--http1.1 and --http2 exclude each other: leave out both to take what the server has',
    );
  }
  if (options.compare === undefined) return;
  if (given.has('client')) {
    throw new UsageError('--client and --compare exclude each other: --compare undici,http names clients');
  }
  if (options.outputs.length > 0) {
    throw new UsageError('--compare gets the body several times and -o keeps one: leave out --compare or -o');
  }
}

function checkTogether(options: Options): void {
  if (options.urls.length === 0) throw new UsageError('no URL given; see httptrace --help');
  if (options.head && options.data.length > 0) {
    throw new UsageError('-I asks for a head, which has no body: leave out -I or -d');
  }
  if (options.key !== undefined && options.cert === undefined) throw new UsageError('--key needs --cert too');
  if (options.unixSocket !== undefined && options.proxy) {
    throw new UsageError('--unix-socket and --proxy exclude each other');
  }
  if (options.outputs.length > options.urls.length) {
    throw new UsageError(
      `${options.outputs.length} times -o for ${options.urls.length} URL: give one for each URL`,
    );
  }
  if (options.json && options.outputs.includes('-')) {
    throw new UsageError('--json and -o - both write to standard output: write the body to a file');
  }
}

function isDataUse(
  use: OptionUse<OptionName>,
): use is OptionUse<OptionName> & { readonly name: DataPart['kind'] } {
  return use.name === 'data' || use.name === 'data-binary' || use.name === 'data-raw';
}

function readCompare(value: string, written: string): ComparedClients {
  return { clients: readComparedClients(value, written), named: value !== '' };
}

function readMethod(value: string, written: string): string {
  const method = value.toUpperCase();
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Z]+$/.test(method)) {
    throw new UsageError(`bad method "${quoteArgument(value)}" for ${written}`);
  }
  if (method === 'CONNECT') throw new UsageError(`${written} CONNECT is for proxies: use --proxy`);
  return method;
}

/** The value is a secret: errors do not repeat it. */
function readCredentials(value: string, written: string): string {
  if (!value.includes(':')) {
    throw new UsageError(`${written} needs USER:PASSWORD; write "USER:" when there is no password`);
  }
  return value;
}

function readNonEmpty(value: string, written: string): string {
  if (value === '') throw new UsageError(`the value of ${written} is empty`);
  return value;
}

function readSeconds(value: string, written: string): number {
  const seconds = readNumber(value);
  // Longer timers fire at once in Node.
  if (seconds === undefined || seconds <= 0 || seconds > 2_147_483) {
    throw new UsageError(`bad time "${quoteArgument(value)}" for ${written}: give seconds, such as 5 or 0.5`);
  }
  return seconds;
}

function readMaxRedirects(value: string, written: string): number {
  if (value === '-1') return Number.POSITIVE_INFINITY;
  const count = readNumber(value);
  if (count === undefined || !Number.isInteger(count)) {
    throw new UsageError(
      `bad number "${quoteArgument(value)}" for ${written}: give 0 or more, or -1 for any number`,
    );
  }
  return count;
}

function readRepeat(value: string, written: string): number {
  const count = readNumber(value);
  if (count === undefined || !Number.isInteger(count) || count < 1 || count > MOST_REPEATS) {
    throw new UsageError(`bad number "${quoteArgument(value)}" for ${written}: give 1 to ${MOST_REPEATS}`);
  }
  return count;
}

function readNumber(value: string): number | undefined {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(value) ? Number(value) : undefined;
}

/** As with curl the last one counts. */
function readFamily(uses: readonly OptionUse<OptionName>[]): 4 | 6 | undefined {
  const last = uses.findLast((use) => use.name === 'ipv4' || use.name === 'ipv6');
  if (last === undefined) return undefined;
  return last.name === 'ipv4' ? 4 : 6;
}
