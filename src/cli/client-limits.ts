import { CLIENTS, type ClientName } from './clients.ts';
import { UsageError } from './errors.ts';
import type { Options } from './options.ts';
import type { RequestTemplate } from './request.ts';

/** What the command line asks of a client. */
export interface Asked {
  readonly options: Pick<Options, 'httpVersion'>;
  readonly request: RequestTemplate;
  readonly urls: readonly URL[];
  /** One of the URLs is reached through a proxy. */
  readonly proxied: boolean;
}

/** Fields that fetch sends even when the user leaves them out. */
const FIELDS_OF_FETCH = ['accept', 'accept-encoding', 'accept-language', 'sec-fetch-mode', 'user-agent'];
/** undici refuses them, or writes its own. */
const FIELDS_OF_UNDICI = ['transfer-encoding', 'keep-alive', 'upgrade', 'expect'];
/** RFC 9113 section 8.2.2. */
const FIELDS_OF_CONNECTIONS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
];

const LIMITS: Readonly<Record<ClientName, (asked: Asked) => string | undefined>> = {
  undici: (asked) => limitOfUndici(asked) ?? limitOfUndiciHttp2(asked),
  fetch: (asked) => limitOfFetch(asked) ?? limitOfUndici(asked),
  http: ({ options }) =>
    options.httpVersion === '2' ? 'speaks HTTP/1.1 only, which --http2 excludes' : undefined,
  http2: limitOfHttp2,
};

/** Why a client cannot send what is asked for, to be said after its name; undefined when it can. */
export function limitOf(client: ClientName, asked: Asked): string | undefined {
  return LIMITS[client](asked);
}

/**
 * Refuses a client that cannot do what other options ask for.
 *
 * @throws UsageError that names one that can.
 */
export function requireAble(client: ClientName, asked: Asked): void {
  const limit = limitOf(client, asked);
  if (limit === undefined) return;
  const able = CLIENTS.filter((other) => limitOf(other, asked) === undefined);
  const way = able.length === 0 ? 'no client can' : `use --client ${able.join(' or ')}`;
  throw new UsageError(`${client} ${limit}: ${way}`);
}

function limitOfUndici({ request }: Asked): string | undefined {
  const { header, omit, body } = request;
  for (const name of ['host', 'connection', ...(body === undefined ? [] : ['content-length'])]) {
    if (omit.has(name)) return `cannot leave out ${written(name)}`;
  }
  for (const [name, value] of header) {
    const lower = name.toLowerCase();
    const refused =
      FIELDS_OF_UNDICI.includes(lower) ||
      (lower === 'connection' && !/^(close|keep-alive)$/i.test(value)) ||
      (lower === 'content-length' && value !== String(body?.length ?? 0));
    if (refused) return `cannot send "${name}: ${lower === 'content-length' ? value : '...'}"`;
  }
  return undefined;
}

function limitOfUndiciHttp2({ options, request, urls }: Asked): string | undefined {
  if (request.body === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const maybeHttp2 = options.httpVersion === '2' || urls.some((url) => url.protocol === 'https:');
  if (!maybeHttp2 || options.httpVersion === '1.1') return undefined;
  return `sends no body with ${request.method} over HTTP/2 (with --http1.1 it does)`;
}

function limitOfFetch({ options, request, urls, proxied }: Asked): string | undefined {
  const { method, header, omit, body } = request;
  if (options.httpVersion === '2') return 'cannot be told to speak HTTP/2 only';
  if (proxied) return 'cannot be told to use a proxy';
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) return `sends no body with ${method}`;
  if (method === 'TRACE' || method === 'TRACK') return `does not send ${method}`;
  const forced = FIELDS_OF_FETCH.find((name) => omit.has(name));
  if (forced !== undefined) return `cannot leave out ${written(forced)}`;
  const own = (wanted: string): boolean => header.some(([name]) => name.toLowerCase() === wanted);
  if (own('content-length')) return 'does not send a Content-Length of your own';
  if (own('host') && urls.some((url) => url.protocol === 'https:'))
    return 'takes the name for TLS from a Host field of your own';
  return undefined;
}

function limitOfHttp2({ options, request, proxied }: Asked): string | undefined {
  if (options.httpVersion === '1.1') return 'speaks HTTP/2 only, which --http1.1 excludes';
  if (proxied) return 'cannot use a proxy';
  if (request.omit.has('host')) return `cannot leave out ${written('host')}`;
  const field = request.header.find(([name]) => FIELDS_OF_CONNECTIONS.includes(name.toLowerCase()));
  return field === undefined ? undefined : `cannot send "${field[0]}: ...", which is for HTTP/1.1`;
}

/** `content-length` as `Content-Length`. */
function written(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
