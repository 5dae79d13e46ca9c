/** Scheme, and host with port, of an absolute URL. */
const ORIGIN = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#]*)/i;

/** `https://example.com:8443` of a URL; the text up to its path when it is no absolute URL. */
export function originOf(url: string): string {
  const [, scheme, host] = ORIGIN.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return url.split(/[/?#]/, 1)[0] ?? '';
  return (scheme + host).toLowerCase();
}

/** `example.com:8443` of an origin. */
export function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('//') + (origin.includes('//') ? 2 : 1));
}

/** What follows the origin in a URL: path, query and fragment. */
export function pathOf(url: string): string {
  const [origin] = ORIGIN.exec(url) ?? [];
  const path = origin === undefined ? url.slice(originOf(url).length) : url.slice(origin.length);
  return path.startsWith('/') ? path : `/${path}`;
}
