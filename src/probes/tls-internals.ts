import type { TLSSocket } from 'node:tls';

/** What the dial probe reads of a TLS socket that node:tls does not document; where it is missing, less is known. */

interface Handle {
  /** The stream that a TLS handle was put over: a socket, or a wrapper with the program's stream in `stream`. */
  readonly _parentWrap?: (object & { readonly stream?: object }) | null;
}

function handleOf(socket: TLSSocket): Handle | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  return typeof handle === 'object' && handle !== null ? handle : undefined;
}

/** It is open: neither destroyed nor still without a connection. */
export function hasHandle(socket: TLSSocket): boolean {
  return handleOf(socket) !== undefined;
}

/** The stream below `socket`, and the program's own below that; without it a tunnel's TLS has a dial of its own. */
export function streamsBelow(socket: TLSSocket): readonly object[] {
  const below = handleOf(socket)?._parentWrap;
  if (below === undefined || below === null) return [];
  return below.stream === undefined ? [below] : [below, below.stream];
}

/** It is the accepting side. */
export function isServer(socket: TLSSocket): boolean {
  const options: unknown = Reflect.get(socket, '_tlsOptions');
  return (
    typeof options === 'object' && options !== null && 'isServer' in options && options.isServer === true
  );
}
