import type { RequestSpec } from './send.ts';

/**
 * The fields of a request in the order in which they are sent, with those that a sender adds: `Host` (with HTTP/2 the
 * client makes `:authority` of it) and `Content-Length`.
 */
export function requestFields({ header, omit, url, body }: RequestSpec): [name: string, value: string][] {
  const has = (name: string): boolean => omit.has(name) || header.some(([own]) => own.toLowerCase() === name);
  const fields = header.map(([name, value]): [string, string] => [name, value]);
  if (!has('host')) fields.unshift(['Host', url.host]);
  if (body !== undefined && !has('content-length') && !has('transfer-encoding')) {
    fields.push(['Content-Length', String(body.length)]);
  }
  return fields;
}

/** Repeated fields gathered under the name of the first, as node:http and node:http2 want them. */
export function gathered(fields: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const headers = Object.create(null) as Record<string, string | string[]>;
  const written = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = written.get(name.toLowerCase()) ?? name;
    written.set(name.toLowerCase(), key);
    const before = headers[key];
    headers[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return headers;
}
