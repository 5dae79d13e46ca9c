import { defaultPort, hostPort } from '../events/host-port.ts';
import type { Origin } from '../events/target.ts';

/** Where a request goes, taken apart. */
export interface UndiciOrigin extends Origin {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** As it is dialled: an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** What undici says of a connection that it is about to open; `connectParams` of `undici:client:beforeConnect`. */
export interface ConnectParams {
  /** Without brackets. */
  readonly hostname: string;
  readonly port: string;
  readonly protocol: string;
}

/** Taking a URL apart costs a microsecond, and a program has few origins. */
const known = new Map<string, UndiciOrigin>();
const MAX_KNOWN = 256;
/** Asked for before: comparing texts is cheaper than hashing one, which is made anew for each request. */
let lastText = '';
let last: UndiciOrigin | undefined;

/** The origin of a request: a string, or a URL that the program gave. */
export function originOf(origin: unknown): UndiciOrigin {
  const text = typeof origin === 'string' ? origin : String(origin);
  if (last !== undefined && text === lastText) return last;
  let parsed = known.get(text);
  if (parsed === undefined) {
    parsed = parse(text);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, parsed);
  }
  lastText = text;
  last = parsed;
  return parsed;
}

function parse(text: string): UndiciOrigin {
  // Undici has parsed it before; what a dispatcher of somebody else's gives may be anything.
  if (!URL.canParse(text)) return { protocol: '', hostname: text, port: 0, hostPort: text, text };
  const { protocol, hostname, port, origin } = new URL(text);
  const number = portOf(protocol, port);
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { protocol, hostname: bare, port: number, hostPort: `${hostname}:${number}`, text: origin };
}

/** `host:port` of a connection to open, as {@link Origin} has it. */
export function hostPortOf({ hostname, protocol, port }: ConnectParams): string {
  return hostPort(hostname, portOf(protocol, port));
}

export function portOf(protocol: string, port: string): number {
  return Number(port === '' ? defaultPort(protocol) : port);
}
