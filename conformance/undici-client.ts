import type { Readable } from 'node:stream';
import type * as Undici7 from 'undici';
import { type ExchangeOptions, type MakeClient, type NodeClient, type Result, playerOf } from './drive.ts';
import { bodyOf } from './undici-body.ts';
import { lookupOf } from './node-lookup.ts';
import type { ClientOptions, RequestScript } from './scenario.ts';
import type { Player, Target } from './sequence.ts';
import { domainToASCII } from 'node:url';

/** Those of TLS: nothing else that undici keeps by a weak reference is a Buffer. */
const sessions: Buffer[] = [];

/**
 * Undici 6 to 8 keep TLS sessions by weak references (lib/core/connect.js). One that is collected between two requests is not
 * resumed, and whether it is depends on what else runs in the process; so they are kept here.
 */
class SessionRef<T extends WeakKey> extends WeakRef<T> {
  constructor(target: T) {
    super(target);
    if (Buffer.isBuffer(target)) sessions.push(target);
  }
}
globalThis.WeakRef = SessionRef;

/** The part of undici that all versions have alike. */
export type Undici = Pick<typeof Undici7, 'Agent' | 'ProxyAgent' | 'interceptors' | 'request'>;

/** Makes requests by `undici.request()` of the given copy. */
export function playUndici(undici: Undici): Player {
  const make: MakeClient = ({ client = {} }, target, reported): NodeClient => {
    const dispatcher = makeDispatcher(undici, client, target, lookupOf(client, reported));
    return {
      exchange: async (script, options) => exchange(undici, dispatcher, script, target, options),
      close: async () => dispatcher.destroy(),
    };
  };
  return playerOf(make);
}

/** A dispatcher with the options of a scenario's client. */
export function makeDispatcher(
  undici: Pick<Undici, 'Agent' | 'ProxyAgent' | 'interceptors'>,
  client: ClientOptions,
  target: Target,
  lookup: ReturnType<typeof lookupOf>,
): Undici7.Dispatcher {
  const options = agentOptions(client, target, lookup);
  const dispatcher =
    client.proxy === undefined
      ? new undici.Agent(options)
      : new undici.ProxyAgent({ ...options, ...proxyOptions(client, target, lookup) });
  if (client.followsRedirects !== true) return dispatcher;
  return dispatcher.compose(undici.interceptors.redirect({ maxRedirections: 10 }));
}

export function agentOptions(
  client: ClientOptions,
  target: Target,
  lookup: ReturnType<typeof lookupOf>,
): Undici7.Agent.Options {
  return {
    allowH2: target.scheme === 'h2',
    ...(client.keepsAlive === false ? { pipelining: 0 } : {}),
    ...(client.maxConnections === undefined ? {} : { connections: client.maxConnections }),
    ...(client.headerTimeout === undefined ? {} : { headersTimeout: client.headerTimeout }),
    connect: {
      ...tlsOptions(client, target),
      ...lookup,
      maxCachedSessions: client.resumesSessions === true ? 100 : 0,
      ...(client.handshakeTimeout === undefined ? {} : { timeout: client.handshakeTimeout }),
      ...(target.socketPath === undefined ? {} : { socketPath: target.socketPath }),
    },
  };
}

function tlsOptions(client: ClientOptions, target: Target): TlsOptions {
  return {
    ca: (client.trustsAuthority ?? true) ? target.authority : [],
    ...(client.maxTlsVersion === undefined ? {} : { maxVersion: client.maxTlsVersion }),
    ...(client.serverName === undefined ? {} : { servername: client.serverName }),
  };
}

// What undici's types say of these options is not what `exactOptionalPropertyTypes` takes for the same.
interface TlsOptions {
  ca: string | string[];
  maxVersion?: 'TLSv1.2';
  servername?: string;
}

function proxyOptions(
  client: ClientOptions,
  target: Target,
  lookup: ReturnType<typeof lookupOf>,
): Undici7.ProxyAgent.Options {
  const { kind = 'http', host = '127.0.0.1', credentials } = client.proxy ?? {};
  return {
    uri: `${kind}://${host}:${target.port}`,
    requestTls: tlsOptions(client, target),
    proxyTls: { ca: target.authority, ...lookup },
    // Requests for http go to the proxy as they are, as with Go.
    proxyTunnel: target.scheme !== 'http',
    ...(credentials === undefined ? {} : { token: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

/** The URL of a request, with its host in ASCII. */
export function urlOf({ host, port, path = '/' }: RequestScript, target: Target): string {
  const scheme = target.scheme === 'http' ? 'http' : 'https';
  const name = host.startsWith('[') ? host : domainToASCII(host);
  // The URL parser of Node refuses some names that go to the resolver otherwise.
  return `${scheme}://${name === '' ? host : name}${port === 'none' ? '' : `:${target.port}`}${path}`;
}

async function exchange(
  undici: Undici,
  dispatcher: Undici7.Dispatcher,
  script: RequestScript,
  target: Target,
  options: ExchangeOptions,
): Promise<Result> {
  const { method = 'GET', close } = script;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of script.header ?? []) {
    const known = headers[name];
    headers[name] = known === undefined ? value : [...[known].flat(), value];
  }
  const { body, length } = bodyOf(script, options.reported);
  if (length !== undefined) headers['content-length'] = String(length);
  try {
    const response = await undici.request(urlOf(script, target), {
      dispatcher,
      method,
      headers,
      body,
      signal: options.signal,
      ...(close === true ? { reset: true } : {}),
    });
    return { status: response.statusCode, ...(await use(response.body, script, options)) };
  } catch (error) {
    return { status: 0, bytes: 0, error };
  }
}

/** Reads a body as the script says. */
async function use(
  body: Readable,
  { response: use }: RequestScript,
  { onFirstBytes }: ExchangeOptions,
): Promise<Pick<Result, 'bytes' | 'error'>> {
  if (use === 'leave') {
    body.on('error', () => {});
    return { bytes: 0, error: null };
  }
  const closeAfter = typeof use === 'object' && 'closeAfter' in use ? use.closeAfter : Infinity;
  return new Promise((resolve) => {
    let bytes = 0;
    body.once('data', onFirstBytes);
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes < closeAfter) return;
      resolve({ bytes: closeAfter, error: null });
      body.destroy();
    });
    body.on('end', () => resolve({ bytes, error: null }));
    body.on('error', (error) => resolve({ bytes, error }));
  });
}
