/** A host as URLs write it: an IPv6 address in brackets, also one that has them already. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** `host:port`, as URLs and hooks write it. */
export function hostPort(host: string, port: number | string): string {
  return `${bracketed(host)}:${port}`;
}

/** Port of `http:` and `https:` where a URL names none. */
export function defaultPort(protocol: string): '80' | '443' {
  return protocol === 'https:' ? '443' : '80';
}
