import { isIP, type LookupFunction } from 'node:net';
import { quoteArgument } from './args.ts';
import { UsageError } from './errors.ts';

/** An answer that the user gives in place of DNS. */
export interface ResolveRule {
  /** Lower case; `*` for every host. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly { readonly address: string; readonly family: 4 | 6 }[];
}

/**
 * Reads `HOST:PORT:ADDRESS[,ADDRESS...]`; IPv6 addresses may stand in brackets.
 *
 * @throws UsageError when it is not of that form.
 */
export function parseResolve(written: string): ResolveRule {
  const bad = (problem: string): UsageError =>
    new UsageError(
      `bad value "${quoteArgument(written)}" for --resolve: ${problem}, as in example.com:443:127.0.0.1`,
    );
  const found = /^(?<host>\*|\[[^\]]+\]|[^:[\]]+):(?<port>\d{1,5}):(?<list>.+)$/.exec(written)?.groups;
  if (found === undefined) throw bad('write HOST:PORT:ADDRESS');
  const { host = '', port = '', list = '' } = found;
  if (Number(port) > 65_535) throw bad(`${port} is not a port`);
  const addresses = list.split(',').map((part) => {
    const address = part.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) === 0) throw bad(`"${quoteArgument(part)}" is not an IP address`);
    return { address, family: isIP(address) === 6 ? (6 as const) : (4 as const) };
  });
  return { host: host.toLowerCase(), port: Number(port), addresses };
}

/**
 * Makes the lookup function for connections to one port; undefined when no rule is about this host, so that Node asks
 * DNS.
 */
export function lookupFor(
  rules: readonly ResolveRule[],
  host: string,
  port: number,
): LookupFunction | undefined {
  const matches =
    (name: string) =>
    (rule: ResolveRule): boolean =>
      rule.port === port && rule.host === name;
  const rule = rules.findLast(matches(host.toLowerCase())) ?? rules.findLast(matches('*'));
  if (rule === undefined) return undefined;
  return (hostname, options, callback) => {
    const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
    const addresses = rule.addresses.filter((one) => family === 0 || one.family === family);
    const first = addresses[0];
    // As dns.lookup does: never call back before the caller has returned.
    process.nextTick(() => {
      if (first === undefined) callback(noAddress(hostname, family), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function noAddress(hostname: string, family: number): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`--resolve names no IPv${family} address for ${hostname}`);
  error.code = 'ENOTFOUND';
  error.syscall = 'getaddrinfo';
  return error;
}
