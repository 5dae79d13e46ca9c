import { bracketed } from '../events/host-port.ts';

/** Where a dial went: `addr` of an attempt, or the name and port that it was asked for. */
export interface Dialled {
  readonly host: string;
  /** Undefined when it is not known. */
  readonly port: string | undefined;
}

/** Scheme, userinfo, host (in brackets or not) and port of an absolute URL. */
const ABSOLUTE = /^[a-z]+:\/\/(?:[^/?#]*@)?(?:\[([^\]]*)\]|([^/:?#]*))(?::(\d+))?/i;

/**
 * Whether a dial for a request to `url` went somewhere else, to a proxy. A port counts only when the URL names one: of
 * some requests no more is known than their Host field.
 */
export function isElsewhere({ host, port }: Dialled, url: string): boolean {
  // The quick look first: taking a URL apart costs as much as two events, and nearly every one names what was dialled.
  if (isNamed(url, host, port)) return false;
  const [, address, name, originPort] = ABSOLUTE.exec(url) ?? [];
  const originHost = address ?? name ?? '';
  if (host.toLowerCase() !== originHost.toLowerCase()) return true;
  return port !== undefined && originPort !== undefined && port !== originPort;
}

/** `url` names this host, and this port or none, letter by letter and without userinfo. */
function isNamed(url: string, host: string, port: string | undefined): boolean {
  const start = url.indexOf('//') + 2;
  if (!url.startsWith(host, start)) return false;
  const end = start + host.length;
  if (url[end] === '/') return true;
  return (
    port !== undefined &&
    url[end] === ':' &&
    url.startsWith(port, end + 1) &&
    url[end + 1 + port.length] === '/'
  );
}

/** Host and port of an attempt's `addr`: `127.0.0.1:80`, `[::1]:80`. */
export function parseAddr(addr: string): Dialled {
  const colon = addr.lastIndexOf(':');
  return { host: addr.slice(0, colon).replace(/^\[|\]$/g, ''), port: addr.slice(colon + 1) };
}

/** `host:port` as URLs write it. */
export function hostPort({ host, port }: Dialled): string {
  return `${bracketed(host)}:${port}`;
}
