import type { Dial } from '../events/dial.ts';
import { hostPort } from '../events/host-port.ts';

/** Where one attempt of a dial goes. */
interface DialAddress {
  readonly ip: string;
  readonly port: number | undefined;
  readonly network: 'tcp' | 'unix';
  /** As hooks get it. */
  readonly addr: string;
  readonly peer: Dial['peer'];
}

/** Connections to one place follow each other, and what is kept of them shares it. */
let last: DialAddress | undefined;

/**
 * What an attempt tries, as node:net says it.
 *
 * @param ip - or the path of a unix socket.
 * @param isIP - `net.isIP`.
 */
export function addressTried(
  ip: string,
  port: number | undefined,
  isIP: (host: string) => number,
): DialAddress {
  if (last === undefined || last.ip !== ip || last.port !== port) last = dialAddress(ip, port, isIP(ip));
  return last;
}

function dialAddress(ip: string, port: number | undefined, version: number): DialAddress {
  if (port === undefined || version === 0) return { ip, port, network: 'unix', addr: ip, peer: undefined };
  // There is one way to write an IPv4 address, and 0.x.x.x is answered by another.
  const peer = version === 4 && !ip.startsWith('0.') ? { address: ip, port } : undefined;
  return { ip, port, network: 'tcp', addr: hostPort(ip, port), peer };
}
