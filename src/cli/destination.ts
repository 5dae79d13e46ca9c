import { isIP, type LookupFunction } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { bareHost, type Proxy } from './proxy.ts';
import { lookupFor } from './resolve.ts';
import type { SenderOptions } from './send.ts';

/** Where the connection for a URL goes, in terms of net.connect and tls.connect. */
export interface Destination {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly proxy: ProxyRoute | undefined;
  /** How the address is found: the origin's, or that of the proxy. */
  readonly dial: { readonly family?: 4 | 6; readonly lookup?: LookupFunction };
  /** For TLS with the origin. */
  readonly tls: TlsSettings;
}

/** A proxy, and how it is reached. */
export interface ProxyRoute extends Proxy {
  /** For TLS with the proxy itself. */
  readonly tls: TlsSettings;
}

/** Options for tls.connect. */
export interface TlsSettings {
  /** Empty for an IP address. */
  readonly servername: string;
  readonly rejectUnauthorized: boolean;
  readonly secureContext: SecureContext;
}

/** The same for all clients. */
export function destinationOf(url: URL, options: SenderOptions): Destination {
  const host = bareHost(url);
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const proxy = options.proxyFor(url);
  const lookup = lookupFor(options.resolve, proxy?.host ?? host, proxy?.port ?? port);
  return {
    host,
    port,
    secure,
    proxy: proxy === undefined ? undefined : { ...proxy, tls: proxySettings(proxy, options) },
    dial: {
      ...(options.family === undefined ? {} : { family: options.family }),
      ...(lookup === undefined ? {} : { lookup }),
    },
    tls: {
      // Clients would take it from a Host field of the user's own.
      servername: nameOf(host),
      rejectUnauthorized: !options.insecure,
      secureContext: options.secureContext ?? usualContext(),
    },
  };
}

/** The client certificate is for the origin alone. */
function proxySettings({ host }: Proxy, options: SenderOptions): TlsSettings {
  return {
    servername: nameOf(host),
    rejectUnauthorized: !options.proxyInsecure,
    secureContext: options.proxyContext ?? usualContext(),
  };
}

function nameOf(host: string): string {
  return isIP(host) === 0 ? host : '';
}

let usual: SecureContext | undefined;

/** Made before the request, it does not count as time in the queue: reading all root certificates takes milliseconds. */
function usualContext(): SecureContext {
  usual ??= createSecureContext();
  return usual;
}
