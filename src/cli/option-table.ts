import { isClientList } from './clients.ts';

/** One option of a command. Parsing, `--help` and suggestions are made from a table of these. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its argument; absent when it has none. */
  readonly arg?: string;
  /** The argument may be left out; tells whether the next word is one. One after `=` always is. */
  readonly isArgument?: (word: string) => boolean;
  /** Under which heading `--help` tells of it. */
  readonly group: string;
  readonly help: string;
}

export const OPTION_TABLE = [
  {
    name: 'client',
    arg: 'NAME',
    group: 'Client',
    help: 'What to send with: undici (the default), fetch (that of this Node, which adds fields of its own and decompresses), http (node:http and node:https), http2 (node:http2).',
  },
  {
    name: 'http1.1',
    group: 'Client',
    help: 'Offer HTTP/1.1 only. Without it undici takes HTTP/2 where an https server has it (ALPN).',
  },
  {
    name: 'http2',
    group: 'Client',
    help: 'Offer HTTP/2 only; to an http URL it is spoken without asking (prior knowledge).',
  },
  {
    name: 'compare',
    arg: 'CLIENTS',
    isArgument: isClientList,
    group: 'Client',
    help: 'Send the request with each client (or with these, by commas), always over new connections, and show the pictures and times side by side. With -n, in rounds; then the pictures are of the median requests, and the times medians.',
  },

  {
    name: 'request',
    short: 'X',
    arg: 'METHOD',
    group: 'Request',
    help: 'Request method. Default: GET, or POST with -d, or HEAD with -I.',
  },
  {
    name: 'header',
    short: 'H',
    arg: 'LINE',
    group: 'Request',
    help: 'Header field, "Name: value"; "Name;" sends it empty, "Name:" leaves out one that would be sent; @FILE reads lines from a file. Repeatable.',
  },
  {
    name: 'data',
    short: 'd',
    arg: 'DATA',
    group: 'Request',
    help: 'Body, sent as a form (application/x-www-form-urlencoded) unless -H says otherwise. @FILE reads a file without its line ends, @- reads standard input. Several are joined by &.',
  },
  { name: 'data-binary', arg: 'DATA', group: 'Request', help: 'As -d, but a file is sent byte by byte.' },
  { name: 'data-raw', arg: 'DATA', group: 'Request', help: 'As -d, but @ has no meaning.' },
  { name: 'user', short: 'u', arg: 'USER:PASSWORD', group: 'Request', help: 'Basic authentication.' },
  { name: 'user-agent', short: 'A', arg: 'NAME', group: 'Request', help: 'User-Agent field.' },
  { name: 'referer', short: 'e', arg: 'URL', group: 'Request', help: 'Referer field.' },
  { name: 'head', short: 'I', group: 'Request', help: 'Ask for the head only (HEAD).' },
  { name: 'compressed', group: 'Request', help: 'Ask for a compressed body; -o writes it decompressed.' },

  {
    name: 'location',
    short: 'L',
    group: 'Redirects',
    help: 'Follow redirects, to http and https only. Credentials (-u, Authorization, Cookie, API keys) do not go to another origin.',
  },
  {
    name: 'max-redirs',
    arg: 'N',
    group: 'Redirects',
    help: 'Follow at most N redirects, -1 for any number. Default: 50.',
  },

  {
    name: 'resolve',
    arg: 'HOST:PORT:ADDRESS',
    group: 'Connection',
    help: 'Use this address (or several, by commas) instead of asking DNS; HOST may be *. Repeatable.',
  },
  { name: 'unix-socket', arg: 'PATH', group: 'Connection', help: 'Connect to a unix socket.' },
  {
    name: 'proxy',
    short: 'x',
    arg: 'URL',
    group: 'Connection',
    help: 'HTTP proxy, http://[USER:PASSWORD@]HOST[:PORT], port 1080 by default, or https://..., port 443; "" for none. Without it the environment decides.',
  },
  { name: 'proxy-user', short: 'U', arg: 'USER:PASSWORD', group: 'Connection', help: 'Log in to the proxy.' },
  {
    name: 'noproxy',
    arg: 'HOSTS',
    group: 'Connection',
    help: 'Hosts to reach without proxy, by commas; * for all.',
  },
  { name: 'ipv4', short: '4', group: 'Connection', help: 'Use IPv4 addresses only.' },
  { name: 'ipv6', short: '6', group: 'Connection', help: 'Use IPv6 addresses only.' },

  { name: 'insecure', short: 'k', group: 'TLS', help: 'Go on when the certificate cannot be trusted.' },
  { name: 'proxy-insecure', group: 'TLS', help: 'The same for the certificate of an https proxy.' },
  {
    name: 'cacert',
    arg: 'FILE',
    group: 'TLS',
    help: 'Trust these authorities (PEM) instead of the usual ones, for servers and https proxies.',
  },
  { name: 'cert', arg: 'FILE', group: 'TLS', help: 'Client certificate (PEM); may hold the key too.' },
  { name: 'key', arg: 'FILE', group: 'TLS', help: 'Private key of the client certificate (PEM).' },

  {
    name: 'max-time',
    short: 'm',
    arg: 'SECONDS',
    group: 'Limits',
    help: 'Give up after this long, redirects included.',
  },
  {
    name: 'connect-timeout',
    arg: 'SECONDS',
    group: 'Limits',
    help: 'Give up when DNS, connection and TLS together take longer.',
  },
  { name: 'fail', short: 'f', group: 'Limits', help: 'Exit with 22 when the status is 400 or more.' },
  {
    name: 'slo',
    arg: 'RULE',
    group: 'Limits',
    help: 'Exit with 4 when broken: "total<500ms", "ttfb<=0.2s", "p95(wait)<80ms". Names: the phases, ttfb, total. Repeatable.',
  },

  {
    name: 'repeat',
    short: 'n',
    arg: 'N',
    group: 'Repeating',
    help: 'Send it N times, one after the other, and print the distribution of each phase.',
  },
  { name: 'no-keep-alive', group: 'Repeating', help: 'Open a new connection for each request.' },

  {
    name: 'output',
    short: 'o',
    arg: 'FILE',
    group: 'Output',
    help: 'Write the body to a file; - writes it to standard output, and the picture to standard error. Without it the body is dropped. Repeatable, one for each URL.',
  },
  {
    name: 'json',
    group: 'Output',
    help: 'Print records, one JSON object a line, instead of the picture. With --compare an array: for each client its name, exit code and records.',
  },
  {
    name: 'verbose',
    short: 'v',
    group: 'Output',
    help: 'Show the header fields of requests and responses too.',
  },
  { name: 'silent', short: 's', group: 'Output', help: 'No progress bar.' },
  { name: 'no-color', group: 'Output', help: 'No colours.' },

  { name: 'help', short: 'h', group: 'Other', help: 'Print this and exit.' },
  { name: 'version', short: 'V', group: 'Other', help: 'Print the version and exit.' },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof OPTION_TABLE)[number]['name'];
