import type { DialTarget } from '../events/dial.ts';

/**
 * What connect() was asked for: options, port and host, a path, or (from net.connect) an array with the options.
 *
 * @param isIP - `net.isIP`.
 */
export function dialTarget(args: ArrayLike<unknown>, isIP: (host: string) => number): DialTarget {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null) {
    // The program's, which may have anything in it.
    const { path, host, port } = first as { path?: unknown; host?: unknown; port?: unknown };
    if (typeof path === 'string' && path !== '') return { host: path, port: undefined, isName: false };
    return nameOrAddress(isIP, host, port);
  }
  if (typeof first === 'string' && Number.isNaN(Number(first)))
    return { host: first, port: undefined, isName: false };
  return nameOrAddress(isIP, args[1], first);
}

/** Connections to one place follow each other, and what is kept of them shares it. */
let last: DialTarget = { host: '', port: undefined, isName: false };

function nameOrAddress(isIP: (host: string) => number, host: unknown, port: unknown): DialTarget {
  const name = typeof host === 'string' && host !== '' ? host : 'localhost';
  const number = Number(port);
  if (last.host !== name || last.port !== number)
    last = { host: name, port: number, isName: isIP(name) === 0 };
  return last;
}
