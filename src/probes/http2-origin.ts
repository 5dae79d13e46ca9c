import { bracketed, defaultPort } from '../events/host-port.ts';
import type { Origin } from '../events/target.ts';

/** Where a request of HTTP/2 goes, as its `:scheme` and `:authority` say (RFC 9113, 8.3.1). */
export class Http2Origin implements Origin {
  readonly hostPort: string;
  readonly text: string;
  readonly #scheme: string;
  readonly #authority: string;

  private constructor(scheme: string, authority: string) {
    this.#scheme = scheme;
    this.#authority = authority;
    const { host, port } = hostAndPort(authority);
    // Of a scheme that is neither, as of https.
    const usual = defaultPort(scheme === 'http' ? 'http:' : 'https:');
    const isDefault = port === undefined || port === usual;
    this.hostPort = `${host}:${port ?? usual}`;
    this.text = `${scheme}://${host}${isDefault ? '' : `:${port}`}`;
  }

  /** The one that was asked for before, where it is equal: most requests that follow each other go to one server. */
  static of(scheme: string, authority: string): Http2Origin {
    if (last === undefined || last.#authority !== authority || last.#scheme !== scheme) {
      last = new Http2Origin(scheme, authority);
    }
    return last;
  }
}

let last: Http2Origin | undefined;

function hostAndPort(authority: string): { readonly host: string; readonly port: string | undefined } {
  const colon = authority.lastIndexOf(':');
  const hasPort = colon !== -1 && !authority.endsWith(']');
  const host = hasPort ? authority.slice(0, colon) : authority;
  return {
    // Of a session's own IPv6 address node:http2 makes `::1:443`.
    host: bracketed(host),
    port: hasPort && colon + 1 < authority.length ? authority.slice(colon + 1) : undefined,
  };
}
